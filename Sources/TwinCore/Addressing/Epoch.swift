/// How often a shard changed owner or history; fences everything an older owner still says.
package struct Epoch: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Before any owner.
    package static let none = Epoch(rawValue: 0)
    /// The epoch of a shard at its birth.
    package static let first = Epoch(rawValue: 1)

    package var next: Epoch { Epoch(rawValue: rawValue + 1) }
}

extension Epoch: Comparable {
    package static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}

extension Epoch: CustomStringConvertible {
    package var description: String { "\(rawValue)" }
}
