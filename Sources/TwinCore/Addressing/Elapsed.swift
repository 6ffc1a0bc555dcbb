/// Milliseconds that a shard's owner has lived through: the time of all timers and durations.
///
/// Durable, moves with the shard, advances by the monotonic clock, never steps and never runs
/// while nobody owns the shard.
package struct Elapsed: Hashable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static let zero = Elapsed(milliseconds: 0)

    package static func + (time: Elapsed, span: Milliseconds) -> Elapsed {
        Elapsed(milliseconds: time.milliseconds &+ span.rawValue)
    }

    package static func - (later: Elapsed, earlier: Elapsed) -> Milliseconds {
        Milliseconds(rawValue: later.milliseconds &- earlier.milliseconds)
    }
}

extension Elapsed: Comparable {
    package static func < (left: Elapsed, right: Elapsed) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
