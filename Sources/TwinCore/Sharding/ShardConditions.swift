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
    package var sourceEpochs: ShardEpochs
    /// `awaitedChildShards`; nil when empty, which is also what rows of older releases say.
    package private(set) var awaited: ShardSet?

    package init(configuration: ClusterConfiguration, childShardCount: Int) {
        floor = .zero
        isObserving = false
        self.configuration = configuration
        unheardChildShards = ShardSet()
        self.childShardCount = childShardCount
        sourceEpochs = ShardEpochs()
    }

    /// Child shards whose whole list of children this shard has not had since its birth or its
    /// present epoch: until then the picture of the shard's twins may lack children.
    package var awaitedChildShards: ShardSet {
        get { awaited ?? ShardSet() }
        set { awaited = newValue.isEmpty ? nil : newValue }
    }
}
