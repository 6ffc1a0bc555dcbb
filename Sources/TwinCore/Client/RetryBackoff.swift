/// How long a requester waits before it sends again: a bound that doubles from 0.2 to 10 s, and a
/// wait drawn evenly from its upper half, so that many clients do not return in step.
package struct RetryBackoff: Equatable, Sendable {
    private var bound = Limits.retryBackoffMin

    package init() {}

    /// The next wait.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Milliseconds {
        let longest = bound.rawValue
        bound = min(Limits.retryBackoffMax, 2 * bound)
        return Milliseconds(rawValue: Int64.random(in: longest / 2...longest, using: &random))
    }

    /// The shortest wait once more: what failed before is over.
    package mutating func reset() { bound = Limits.retryBackoffMin }
}
