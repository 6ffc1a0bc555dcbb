/// Everything one step may read besides its twin and its input; changed only by journalled inputs.
package struct StepContext: Sendable {
    package let shard: ShardID
    /// (epoch, position) of this very input: the version of whatever it changes.
    package let version: Version
    /// The shard's durable time at this input: all timers and durations.
    package let elapsed: Elapsed
    /// The wall clock at this input: stamps and report age only.
    package let wall: Timestamp
    /// Silence counts from here at the earliest; see `ShardObservation`.
    package let floor: Elapsed
    /// False while this shard is blind: nobody becomes missing.
    package let isObserving: Bool
    package let configuration: ClusterConfiguration
    /// Child shards that are blind or have no present owner; empty in the server tier.
    package let unheardChildShards: ShardSet
    /// Child shards whose whole list of children is still to come; empty in the server tier.
    package let awaitedChildShards: ShardSet
    /// The shard count of the tier below, to find a child's shard; zero in the server tier.
    package let childShardCount: Int

    package init(
        shard: ShardID, version: Version, elapsed: Elapsed, wall: Timestamp, floor: Elapsed,
        isObserving: Bool, configuration: ClusterConfiguration,
        unheardChildShards: ShardSet = ShardSet(), awaitedChildShards: ShardSet = ShardSet(),
        childShardCount: Int = 0
    ) {
        self.shard = shard
        self.version = version
        self.elapsed = elapsed
        self.wall = wall
        self.floor = floor
        self.isObserving = isObserving
        self.configuration = configuration
        self.unheardChildShards = unheardChildShards
        self.awaitedChildShards = awaitedChildShards
        self.childShardCount = childShardCount
    }

    /// How many child shards must still say who their children are before a parent knows its
    /// whole picture; absent and blind ones leave the picture by themselves.
    package var unansweredChildShards: Int {
        guard !awaitedChildShards.isEmpty else { return 0 }
        return awaitedChildShards.subtracting(unheardChildShards).count
    }
}
