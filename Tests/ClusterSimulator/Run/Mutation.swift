/// A behaviour that is broken on purpose, to see that a checker notices.
package enum Mutation: String, CaseIterable, Sendable {
    /// Messages leave when their turn is closed, before its record is durable.
    case answerBeforeCommit = "answer-before-commit"
}
