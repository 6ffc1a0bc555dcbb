/// One shard of one tier, the unit of ownership and of movement, written `server#12`.
package struct ShardID: Hashable, Sendable {
    package let tier: Tier
    package let index: UInt16

    package init(tier: Tier, index: UInt16) {
        self.tier = tier
        self.index = index
    }
}

extension ShardID: Comparable {
    package static func < (left: ShardID, right: ShardID) -> Bool {
        (left.tier.rawValue, left.index) < (right.tier.rawValue, right.index)
    }
}

extension ShardID: CustomStringConvertible {
    package var description: String { "\(tier.name)#\(index)" }
}
