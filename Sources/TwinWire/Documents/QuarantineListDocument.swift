/// The answer to `quarantine list`: inputs that ended their process twice, oldest first.
package struct QuarantineListDocument: AnswerDocument {
    package struct Item: Codable, Equatable, Sendable {
        /// `server@server-a:3`: the instance that holds it, and its number there.
        package var id: String
        /// When it was refused for the first time.
        package var at: RFC3339
        /// The twin's address; of a whole message its destination.
        package var twin: String
        /// `message`, `journalled` or `own`.
        package var form: String
        /// The message's type; null for what was no message.
        @Null package var type: String?
        package var payloadBytes: Int
        package var reason: String

        package init(
            id: String, at: RFC3339, twin: String, form: String, type: String?,
            payloadBytes: Int, reason: String
        ) {
            self.id = id
            self.at = at
            self.twin = twin
            self.form = form
            self.type = type
            self.payloadBytes = payloadBytes
            self.reason = reason
        }
    }

    package var version: Int = DocumentFormat.version
    package var items: [Item]
    /// Where the next page begins; null = this was the last.
    @Null package var cursor: String?

    package init(items: [Item], cursor: String? = nil) {
        self.items = items
        self.cursor = cursor
    }
}
