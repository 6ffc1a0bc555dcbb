/// Something wrong with one twin, from opening to closing.
///
/// A value: the `IncidentBook` of its twin is the only one that changes it. Identified to the
/// model by (`kind`, `subject`), to everybody else by its number.
package struct Incident: Equatable, Sendable, Codable {
    /// pending → open → recovering → resolved; a reopened one is open again.
    package enum Phase: String, Sendable, Codable {
        case pending, open, recovering, resolved
    }

    package let number: UInt32
    package let kind: IncidentKind
    /// The metric or device when one kind can be wrong in several places; nil otherwise.
    package let subject: String?
    package var severity: Severity
    package var phase: Phase
    package var cause: IncidentCause?
    package var candidates: [CauseCandidate] = []
    package var summary: String
    package var evidence: [Evidence] = []
    package var extent = IncidentExtent()

    /// When the condition began, by the wall clock and by the shard's own time.
    package let since: Timestamp
    package let sinceElapsed: Elapsed
    package var openedAt: Timestamp?
    package var updatedAt: Timestamp
    package var resolvedAt: Timestamp?

    package var reopened = 0
    package var isFlapping = false
    package var fold: FoldMute?
    package var acknowledgement: Acknowledgement?
    /// Records with `pages: true` so far.
    package var pages = 0
    /// The severity of the last record that paged since it opened or reopened; a rise above it
    /// pages again. nil = nobody was paged.
    package var pagedSeverity: Severity?
    /// A pending incident opens at this time unless it clears or a parent folds it.
    package var holdUntil: Elapsed?
    /// True once the hold counts from the parent's receipt instead of from the onset.
    package var isHoldReceipted = false
    /// The condition is good now: a recovering incident is resolved, a pending one forgotten, at
    /// this time unless it comes back. Of a resolved one: when it was resolved.
    package var clearAt: Elapsed?
    /// The current delay before clearing; grows by half with each return.
    package var clearDelay: Milliseconds
    package var flap = FlapRing()

    /// True while the condition itself is bad, whatever alerting does with it.
    package var isBurning: Bool {
        switch phase {
        case .pending: clearAt == nil
        case .open: true
        case .recovering, .resolved: false
        }
    }
}

/// How far an incident reaches; zero where it does not apply.
package struct IncidentExtent: Equatable, Sendable, Codable {
    package var children = 0
    package var racksAffected = 0
    package var serversAffected = 0
    package var serversTotal = 0

    package init(
        children: Int = 0, racksAffected: Int = 0, serversAffected: Int = 0, serversTotal: Int = 0
    ) {
        self.children = children
        self.racksAffected = racksAffected
        self.serversAffected = serversAffected
        self.serversTotal = serversTotal
    }
}
