package import TwinCore

/// The answer to the one question: is the data center healthy, and if not, where.
package struct UnhealthyRacksDocument: AnswerDocument {
    /// One unhealthy rack with its worst open incident.
    package struct Rack: Codable, Equatable, Sendable {
        package var key: String
        package var since: RFC3339
        package var severity: Severity
        package var kind: String
        package var summary: String
        @Null package var cause: String?
        package var candidates: [CandidateDocument]
        /// The id of the rack's incident.
        package var incident: String
        package var serversAffected: Int
        package var serversTotal: Int
        package var mutedBy: [MuteDocument]

        package init(
            key: String, since: RFC3339, severity: Severity, kind: String, summary: String,
            cause: String? = nil, candidates: [CandidateDocument], incident: String,
            serversAffected: Int, serversTotal: Int, mutedBy: [MuteDocument]
        ) {
            self.key = key
            self.since = since
            self.severity = severity
            self.kind = kind
            self.summary = summary
            self.cause = cause
            self.candidates = candidates
            self.incident = incident
            self.serversAffected = serversAffected
            self.serversTotal = serversTotal
            self.mutedBy = mutedBy
        }
    }

    /// One rack that nobody can judge now.
    package struct UnknownRack: Codable, Equatable, Sendable {
        package var key: String
        package var since: RFC3339
        package var reason: String

        package init(key: String, since: RFC3339, reason: String) {
            self.key = key
            self.since = since
            self.reason = reason
        }
    }

    package var version: Int = DocumentFormat.version
    /// The id of the request this answers.
    @Null package var request: String?
    package var dc: String
    package var verdict: Verdict
    /// True for `healthy` only.
    package var healthy: Bool
    /// Since when the verdict holds.
    package var since: RFC3339
    package var asOf: RFC3339
    package var position: UInt64
    /// True when part of the picture is old: see `staleness`.
    package var stale: Bool
    /// Which part, and since when; null while the picture is of now.
    @Null package var staleness: StalenessDocument?
    package var counts: CountsDocument
    /// At most 1,000 a page, ordered by key.
    package var racks: [Rack]
    package var unknownRacks: [UnknownRack]
    /// Where the next page begins; null = this was the last.
    @Null package var cursor: String?

    package init(
        request: String? = nil, dc: String, verdict: Verdict, healthy: Bool, since: RFC3339,
        asOf: RFC3339, position: UInt64, stale: Bool, staleness: StalenessDocument? = nil,
        counts: CountsDocument, racks: [Rack], unknownRacks: [UnknownRack], cursor: String? = nil
    ) {
        self.request = request
        self.dc = dc
        self.verdict = verdict
        self.healthy = healthy
        self.since = since
        self.asOf = asOf
        self.position = position
        self.stale = stale
        self.staleness = staleness
        self.counts = counts
        self.racks = racks
        self.unknownRacks = unknownRacks
        self.cursor = cursor
    }
}
