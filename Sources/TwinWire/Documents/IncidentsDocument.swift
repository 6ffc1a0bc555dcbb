/// The answer to `incidents`: one page of what is wrong now.
package struct IncidentsDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var items: [IncidentDocument]
    /// Where the next page begins; null = this was the last.
    @Null package var cursor: String?

    package init(items: [IncidentDocument], cursor: String? = nil) {
        self.items = items
        self.cursor = cursor
    }
}
