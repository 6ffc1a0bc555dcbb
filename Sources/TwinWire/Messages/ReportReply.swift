package import TwinCore

/// The answer to `Report`: durable when it is there.
package struct ReportReply: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var ok: Bool
    package var address: String
    package var outcome: ReportOutcome
    /// Where in its shard's history the answer stands.
    package var position: UInt64

    package init(address: TwinAddress, outcome: ReportOutcome, position: Position) {
        ok = true
        self.address = address.description
        self.outcome = outcome
        self.position = position.rawValue
    }
}
