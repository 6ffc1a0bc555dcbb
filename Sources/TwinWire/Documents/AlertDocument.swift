package import TwinCore

/// One record of the alert log: what changed with one incident or verdict, and whether it pages.
package struct AlertDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    /// `rack#12:1:88`: shard, epoch and sequence; see `AlertID`.
    package var id: String
    package var at: RFC3339
    /// An `AlertChange`.
    package var change: String
    package var pages: Bool
    /// The incident as it stood after the change; null for a change of verdict.
    @Null package var incident: IncidentDocument?
    /// The twin the record is about.
    package var address: String
    /// The verdict that a `verdict` record announces; null otherwise.
    @Null package var verdict: Verdict?

    package init(
        id: String, at: RFC3339, change: String, pages: Bool, incident: IncidentDocument? = nil,
        address: String, verdict: Verdict? = nil
    ) {
        self.id = id
        self.at = at
        self.change = change
        self.pages = pages
        self.incident = incident
        self.address = address
        self.verdict = verdict
    }

    package init(_ alert: NumberedAlert) {
        let draft = alert.draft
        self.init(
            id: alert.id.description, at: RFC3339(draft.at), change: draft.change.rawValue,
            pages: draft.pages,
            incident: draft.incident.map { IncidentDocument($0) },
            address: draft.address.description, verdict: draft.verdict)
    }
}
