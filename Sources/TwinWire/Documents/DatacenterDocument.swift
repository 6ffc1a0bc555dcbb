package import TwinCore

/// The answer to `get dc`: everything one data-center twin knows.
package struct DatacenterDocument: AnswerDocument {
    /// One rack as the data center sees it.
    package struct Rack: Codable, Equatable, Sendable {
        package var key: String
        package var verdict: Verdict
        package var since: RFC3339

        package init(key: String, verdict: Verdict, since: RFC3339) {
            self.key = key
            self.verdict = verdict
            self.since = since
        }
    }

    package var version: Int = DocumentFormat.version
    package var address: String
    /// The verdict's word.
    package var status: String
    package var since: RFC3339
    package var asOf: RFC3339
    package var position: UInt64
    @Null package var maintenance: MaintenanceDocument?
    package var owner: OwnerDocument
    package var verdict: Verdict
    /// True for `healthy` only.
    package var healthy: Bool
    /// Which part of the picture is old, and since when; null while it is of now.
    @Null package var staleness: StalenessDocument?
    package var counts: CountsDocument
    /// In key order.
    package var racks: [Rack]
    package var incidents: [IncidentDocument]

    package init(
        address: String, status: String, since: RFC3339, asOf: RFC3339, position: UInt64,
        maintenance: MaintenanceDocument? = nil, owner: OwnerDocument, verdict: Verdict,
        healthy: Bool, staleness: StalenessDocument? = nil, counts: CountsDocument, racks: [Rack],
        incidents: [IncidentDocument]
    ) {
        self.address = address
        self.status = status
        self.since = since
        self.asOf = asOf
        self.position = position
        self.maintenance = maintenance
        self.owner = owner
        self.verdict = verdict
        self.healthy = healthy
        self.staleness = staleness
        self.counts = counts
        self.racks = racks
        self.incidents = incidents
    }
}
