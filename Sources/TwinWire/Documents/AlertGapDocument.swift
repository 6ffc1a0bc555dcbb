/// The line instead of alerts that are no longer there: below retention, or past a restored end.
package struct AlertGapDocument: AnswerDocument {
    /// What is lost, and where reading goes on.
    package struct Gap: Codable, Equatable, Sendable {
        /// The id of the first record asked for.
        package var from: String
        /// The id of the last record that is gone.
        package var to: String
        /// The cursor to go on with.
        package var resume: String

        package init(from: String, to: String, resume: String) {
            self.from = from
            self.to = to
            self.resume = resume
        }
    }

    package var version: Int = DocumentFormat.version
    package var gap: Gap

    package init(gap: Gap) {
        self.gap = gap
    }
}
