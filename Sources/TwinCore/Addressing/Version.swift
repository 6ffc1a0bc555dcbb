/// Which input last changed what a parent sees of a twin, or a child sees of its parent.
///
/// Ordered by epoch, then position: greater is newer, whoever owned the shard in between.
package struct Version: Hashable, Sendable, Codable {
    package let epoch: Epoch
    package let position: Position

    package init(epoch: Epoch, position: Position) {
        self.epoch = epoch
        self.position = position
    }

    /// Older than everything; also stands for "nothing receipted yet".
    package static let none = Version(epoch: .none, position: .none)
}

extension Version: Comparable {
    package static func < (left: Version, right: Version) -> Bool {
        (left.epoch, left.position) < (right.epoch, right.position)
    }
}

extension Version: CustomStringConvertible {
    package var description: String { "\(epoch):\(position)" }
}
