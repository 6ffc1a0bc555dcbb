package import TwinCore

/// The answer to `quarantine requeue` and `quarantine drop`.
package struct QuarantineCommandDocument: AnswerDocument {
    package enum Deed: String, Codable, Sendable {
        case requeued
        case dropped
    }

    /// How the twin answered what was handed back to it.
    package struct Answer: Codable, Equatable, Sendable {
        package var code: Refusal.Code
        package var message: String

        package init(code: Refusal.Code, message: String) {
            self.code = code
            self.message = message
        }
    }

    package var version: Int = DocumentFormat.version
    package var ok = true
    package var id: String
    package var twin: String
    package var deed: Deed
    /// Null when the twin took it, and after a drop.
    @Null package var refusal: Answer?

    package init(id: String, twin: String, deed: Deed, refusal: Refusal? = nil) {
        self.id = id
        self.twin = twin
        self.deed = deed
        self.refusal = refusal.map { Answer(code: $0.code, message: $0.message) }
    }
}
