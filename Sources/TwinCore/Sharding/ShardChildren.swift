/// The children of one shard whose parents one instance owns, all as of one position: what an audit
/// names, or what is left of it for the next part.
package struct ShardChildren: Equatable, Sendable {
    /// One child with its present parent and version.
    package struct Child: Equatable, Sendable {
        package let key: TwinKey
        package let ordinal: UInt32
        package let parent: TwinKey
        package let version: Version
    }

    package let index: UInt16
    package let epoch: Epoch
    package let position: Position
    /// In the order of the shard's slots.
    package var children: [Child]
}

extension Shard where Twin: ChildTwin {
    /// The children whose present parent is in one of `parents`, of so many shards of the parent
    /// tier. Costs a visit of every twin of the shard.
    package mutating func children(
        of parents: ShardSet, parentShardCount: Int
    ) -> ShardChildren {
        var children: [ShardChildren.Child] = []
        for index in slots.indices {
            guard let child = slots[index].twin?.listed(),
                parents.contains(child.parent.shardIndex(shardCount: parentShardCount))
            else { continue }
            children.append(child)
        }
        return ShardChildren(index: id.index, epoch: epoch, position: position, children: children)
    }

    /// The ordinals of the children whose present parent is in this shard of the parent tier.
    package mutating func ordinals(
        ofChildrenOf parentShard: UInt16, parentShardCount: Int
    ) -> [UInt32] {
        var ordinals: [UInt32] = []
        for index in slots.indices {
            guard let child = slots[index].twin?.listed(),
                child.parent.shardIndex(shardCount: parentShardCount) == parentShard
            else { continue }
            ordinals.append(child.ordinal)
        }
        return ordinals
    }
}

extension ChildTwin {
    /// What an audit says of this twin; nil when it has no parent.
    ///
    /// Changes nothing and is `mutating` all the same: see `ShardTwin.wants`.
    fileprivate mutating func listed() -> ShardChildren.Child? {
        presentParent.map {
            ShardChildren.Child(key: key, ordinal: ordinal, parent: $0, version: version)
        }
    }
}
