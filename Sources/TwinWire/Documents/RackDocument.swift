package import TwinCore

/// The answer to `get rack`: everything one rack twin knows.
package struct RackDocument: AnswerDocument {
    /// One server as the rack sees it.
    package struct Member: Codable, Equatable, Sendable {
        package var key: String
        package var status: String
        package var since: RFC3339
        /// The kinds of its incidents.
        package var incidents: [String]

        package init(key: String, status: String, since: RFC3339, incidents: [String]) {
            self.key = key
            self.status = status
            self.since = since
            self.incidents = incidents
        }
    }

    /// One digest measure over all members that report it.
    package struct Measure: Codable, Equatable, Sendable {
        @Null package var median: Double?
        @Null package var p90: Double?
        @Null package var max: Double?
        /// The share of members beyond half their limit, 0…1; null for a measure without limit.
        @Null package var shareAboveHalfLimit: Double?

        package init(
            median: Double? = nil, p90: Double? = nil, max: Double? = nil,
            shareAboveHalfLimit: Double? = nil
        ) {
            self.median = median
            self.p90 = p90
            self.max = max
            self.shareAboveHalfLimit = shareAboveHalfLimit
        }
    }

    /// The members by how they count.
    package struct Counts: Codable, Equatable, Sendable {
        package var servers: Int
        /// Members that may be judged: not awaiting, not in maintenance, not gone before.
        package var expected: Int
        package var judged: Int
        package var missing: Int
        package var maintenance: Int
        package var failing: Int

        package init(
            servers: Int, expected: Int, judged: Int, missing: Int, maintenance: Int, failing: Int
        ) {
            self.servers = servers
            self.expected = expected
            self.judged = judged
            self.missing = missing
            self.maintenance = maintenance
            self.failing = failing
        }

        package init(_ counts: RackCounts) {
            self.init(
                servers: counts.servers, expected: counts.expected, judged: counts.judged,
                missing: counts.missing, maintenance: counts.maintenance,
                failing: counts.failing)
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
    package var location: LocationDocument
    /// The values of the members' topology labels with how many carry them: `{feed: {A: 40}}`.
    package var labels: [String: [String: Int]]
    package var owner: OwnerDocument
    package var verdict: Verdict
    /// Why the verdict is unknown, in one sentence.
    @Null package var unknownReason: String?
    package var counts: Counts
    /// In key order.
    package var members: [Member]
    /// Open incidents by kind, counting servers.
    package var histogram: [String: Int]
    /// By metric name.
    package var digest: [String: Measure]
    package var incidents: [IncidentDocument]

    package init(
        address: String, status: String, since: RFC3339, asOf: RFC3339, position: UInt64,
        maintenance: MaintenanceDocument? = nil, location: LocationDocument,
        labels: [String: [String: Int]], owner: OwnerDocument, verdict: Verdict,
        unknownReason: String? = nil, counts: Counts, members: [Member], histogram: [String: Int],
        digest: [String: Measure], incidents: [IncidentDocument]
    ) {
        self.address = address
        self.status = status
        self.since = since
        self.asOf = asOf
        self.position = position
        self.maintenance = maintenance
        self.location = location
        self.labels = labels
        self.owner = owner
        self.verdict = verdict
        self.unknownReason = unknownReason
        self.counts = counts
        self.members = members
        self.histogram = histogram
        self.digest = digest
        self.incidents = incidents
    }
}
