internal import TwinCore

/// What every check expects of what it gets back.
enum Expectation {
    /// Longest sentence of a refusal, in bytes: it quotes little of what a peer sent.
    private static let sentenceBytesMax = 2_048

    /// Throws `sentence` when the promise is broken.
    static func that(
        _ isKept: Bool, _ sentence: @autoclosure () -> String
    ) throws(FuzzFinding) {
        guard isKept else { throw FuzzFinding(sentence()) }
    }

    /// Reads again what we wrote; an error is a finding.
    static func again<Value>(
        _ what: String, _ read: () throws -> Value
    ) throws(FuzzFinding) -> Value {
        do {
            return try read()
        } catch {
            throw FuzzFinding("\(what) was written and is refused: \(error)")
        }
    }

    /// A refusal is one sentence of bounded length.
    static func sentence(_ text: String) throws(FuzzFinding) {
        try that(!text.isEmpty, "refused without a sentence")
        try that(
            text.utf8.count <= sentenceBytesMax,
            "refused with a sentence of \(text.utf8.count) bytes: \(text.prefix(200))…")
    }

    static func sentence(_ refusal: Refusal) throws(FuzzFinding) {
        try sentence(refusal.message)
    }

    /// What is built is in proportion to the bytes: a number of one byte becomes one of nine, and
    /// a key that is absent is told as nil.
    static func bounded(_ built: Int, from given: Int) throws(FuzzFinding) {
        try that(
            built <= given * 9 + 1_024, "\(given) bytes became \(built)")
    }
}
