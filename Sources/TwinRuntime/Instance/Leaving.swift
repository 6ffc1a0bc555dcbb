internal import TwinCore

/// How far an instance is that gives all its shards away before it stops.
package struct Leaving: Equatable, Sendable {
    /// Why it stops now.
    package enum End: Equatable, Sendable {
        /// It owns nothing any more.
        case empty
        /// It keeps shards: the time is over, or nobody takes them.
        case keeping(shards: Int, why: String)
    }

    /// Monotonic milliseconds after which it stops with what it has.
    let deadline: Int64
    /// When the broker was last asked, by which request.
    var askedAt: Int64?
    var requestID: UInt64?
    /// Since when nobody has answered, or nobody is there who could take a shard.
    var stuckSince: Int64
    package var end: End?

    init(deadline: Int64, now: Int64) {
        self.deadline = deadline
        stuckSince = now
    }
}
