package import TwinCore

/// How long a reporter waits before it tries to reach the broker again: 1 to 30 s, at random.
///
/// The bound doubles with each failure, and the wait is drawn evenly below it, so that the agents
/// of a site do not return in step.
package struct ReconnectBackoff: Sendable {
    package static let delayMin = Milliseconds.seconds(1)
    package static let delayMax = Limits.reconnectBackoffMax
    private static let boundFirst = Milliseconds.seconds(2)

    private var bound = boundFirst

    package init() {}

    /// The wait before the next attempt.
    package mutating func nextDelay(using random: inout some RandomNumberGenerator) -> Milliseconds
    {
        let range = Self.delayMin.rawValue...bound.rawValue
        bound = min(2 * bound, Self.delayMax)
        return Milliseconds(rawValue: Int64.random(in: range, using: &random))
    }

    /// The broker answered: the next failure starts at the shortest wait.
    package mutating func reset() { bound = Self.boundFirst }
}
