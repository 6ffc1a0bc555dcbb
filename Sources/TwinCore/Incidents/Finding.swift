/// What a model says is wrong now: the content of an incident before its twin's book keeps it.
package struct Finding: Equatable, Sendable {
    package let kind: IncidentKind
    package let subject: String?
    package let severity: Severity
    package let summary: String
    package let cause: IncidentCause?
    package let candidates: [CauseCandidate]
    package let evidence: [Evidence]
    package let extent: IncidentExtent
    /// When the condition began, by the wall clock.
    package let since: Timestamp
    /// How long the incident stays pending before its first record. Zero opens at once.
    package let hold: Milliseconds
    /// How long the condition must stay good before the incident resolves, the first time.
    package let clearDelay: Milliseconds

    package init(
        kind: IncidentKind, subject: String? = nil, severity: Severity, summary: String,
        cause: IncidentCause? = nil, candidates: [CauseCandidate] = [], evidence: [Evidence] = [],
        extent: IncidentExtent = IncidentExtent(), since: Timestamp, hold: Milliseconds = .zero,
        clearDelay: Milliseconds = .zero
    ) {
        self.kind = kind
        self.subject = subject
        self.severity = severity
        self.summary = summary
        self.cause = cause
        self.candidates = candidates
        self.evidence = evidence
        self.extent = extent
        self.since = since
        self.hold = hold
        self.clearDelay = clearDelay
    }
}
