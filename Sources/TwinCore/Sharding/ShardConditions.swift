/// What the steps of a shard's twins may read besides themselves; changed by journalled inputs
/// only, and part of the shard's row.
package struct ShardConditions: Equatable, Sendable, Codable {
    /// Silence counts from here at the earliest.
    package var floor: Elapsed
    package var isObserving: Bool
    package var configuration: ClusterConfiguration
    package var unheardChildShards: ShardSet
    /// How many shards the tier below has; zero in the server tier.
    package var childShardCount: Int
    /// The highest epoch seen of each child shard; lower ones are stale.
    package var sourceEpochs: [SourceEpoch]

    /// One child shard and the highest epoch it spoke under.
    package struct SourceEpoch: Equatable, Sendable, Codable {
        package var shard: UInt16
        package var epoch: Epoch
    }

    package init(configuration: ClusterConfiguration, childShardCount: Int) {
        floor = .zero
        isObserving = false
        self.configuration = configuration
        unheardChildShards = ShardSet()
        self.childShardCount = childShardCount
        sourceEpochs = []
    }

    /// The highest epoch that `shard` of the tier below spoke under; `.none` before its first word.
    package func sourceEpoch(of shard: UInt16) -> Epoch {
        sourceEpochs.first { $0.shard == shard }?.epoch ?? .none
    }

    package mutating func note(_ epoch: Epoch, of shard: UInt16) {
        guard let index = sourceEpochs.firstIndex(where: { $0.shard >= shard }) else {
            sourceEpochs.append(SourceEpoch(shard: shard, epoch: epoch))
            return
        }
        if sourceEpochs[index].shard == shard {
            sourceEpochs[index].epoch = epoch
        } else {
            sourceEpochs.insert(SourceEpoch(shard: shard, epoch: epoch), at: index)
        }
    }
}
