/// Number of the journalled inputs of one shard: 1 at the first, +1 each, never restarts.
package struct Position: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first input.
    package static let none = Position(rawValue: 0)

    /// Above every position of the epochs before; where a shard goes on whose history was cut.
    package static func first(of epoch: Epoch) -> Position {
        Position(rawValue: UInt64(epoch.rawValue) << 32)
    }

    package var next: Position { Position(rawValue: rawValue + 1) }
}

extension Position: Comparable {
    package static func < (left: Position, right: Position) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension Position: CustomStringConvertible {
    package var description: String { "\(rawValue)" }
}
