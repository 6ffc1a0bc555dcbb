/// The answer to `get server`: everything one server twin knows.
package struct ServerDocument: AnswerDocument {
    /// What happened to the server's reports.
    package struct Report: Codable, Equatable, Sendable {
        @Null package var lastAt: RFC3339?
        package var intervalSeconds: Double
        /// `declared` by the reporter, `commissioned`, or the `default`.
        package var intervalSource: String
        package var accepted: UInt64
        package var late: UInt64
        package var duplicate: UInt64
        /// Duplicates with other values; the first ones stand.
        package var conflict: UInt64
        package var tooOld: UInt64
        package var future: UInt64
        /// Single metrics that were dropped as impossible.
        package var implausible: UInt64

        package init(
            lastAt: RFC3339? = nil, intervalSeconds: Double, intervalSource: String,
            accepted: UInt64, late: UInt64, duplicate: UInt64, conflict: UInt64, tooOld: UInt64,
            future: UInt64, implausible: UInt64
        ) {
            self.lastAt = lastAt
            self.intervalSeconds = intervalSeconds
            self.intervalSource = intervalSource
            self.accepted = accepted
            self.late = late
            self.duplicate = duplicate
            self.conflict = conflict
            self.tooOld = tooOld
            self.future = future
            self.implausible = implausible
        }
    }

    /// How much the baselines have seen.
    package struct Baseline: Codable, Equatable, Sendable {
        /// `learning` until a day is seen, then `ready`.
        package var state: String
        package var hours: Double

        package init(state: String, hours: Double) {
            self.state = state
            self.hours = hours
        }
    }

    /// The reports kept for judging: 15 minutes up to the newest.
    package struct Window: Codable, Equatable, Sendable {
        @Null package var from: RFC3339?
        @Null package var to: RFC3339?
        package var reports: Int

        package init(from: RFC3339? = nil, to: RFC3339? = nil, reports: Int) {
            self.from = from
            self.to = to
            self.reports = reports
        }
    }

    package var version: Int = DocumentFormat.version
    package var address: String
    /// `awaiting healthy degraded failing late missing gone`, or `decommissioned`.
    package var status: String
    package var since: RFC3339
    package var asOf: RFC3339
    package var position: UInt64
    /// The running window, own or inherited.
    @Null package var maintenance: MaintenanceDocument?
    package var location: LocationDocument
    package var labels: [String: String]
    package var owner: OwnerDocument
    package var generation: UInt64
    @Null package var commissionedAt: RFC3339?
    package var report: Report
    package var baseline: Baseline
    package var window: Window
    package var metrics: [MetricDocument]
    package var incidents: [IncidentDocument]

    package init(
        address: String, status: String, since: RFC3339, asOf: RFC3339, position: UInt64,
        maintenance: MaintenanceDocument? = nil, location: LocationDocument,
        labels: [String: String], owner: OwnerDocument, generation: UInt64,
        commissionedAt: RFC3339? = nil, report: Report, baseline: Baseline, window: Window,
        metrics: [MetricDocument], incidents: [IncidentDocument]
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
        self.generation = generation
        self.commissionedAt = commissionedAt
        self.report = report
        self.baseline = baseline
        self.window = window
        self.metrics = metrics
        self.incidents = incidents
    }
}
