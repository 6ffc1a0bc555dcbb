/// What one step wants told outside; collected per turn, released only after the commit.
package struct StepEffects: Sendable {
    /// Alert records in the order of their happening, without their sequence numbers.
    package var alerts: [AlertDraft] = []

    package init() {}

    package mutating func removeAll() {
        alerts.removeAll(keepingCapacity: true)
    }
}

/// One change for the alert log, before its shard numbers it.
package struct AlertDraft: Equatable, Sendable {
    package let address: TwinAddress
    package let at: Timestamp
    package let change: AlertChange
    package let pages: Bool
    /// The incident after the change; nil for a change of verdict.
    package let incident: IncidentSnapshot?
    /// The verdict a `verdict` record announces; nil otherwise.
    package let verdict: Verdict?

    package init(
        address: TwinAddress, at: Timestamp, change: AlertChange, pages: Bool,
        incident: IncidentSnapshot? = nil, verdict: Verdict? = nil
    ) {
        self.address = address
        self.at = at
        self.change = change
        self.pages = pages
        self.incident = incident
        self.verdict = verdict
    }
}

/// What happened to an incident, as the alert log names it.
package enum AlertChange: String, Sendable, CaseIterable, Codable {
    case opened, updated, escalated, folded, unfolded, acknowledged, unacknowledged, muted, unmuted
    case resolved, reopened, verdict
}

/// The answer to *is it healthy*: of a rack or of a data center.
package enum Verdict: String, Sendable, Codable {
    case healthy, unhealthy, unknown
}
