/// What the broker must do after a call of the machine, in this order: store, answer the caller,
/// tell the placement, send the markers, tell owners to serve on, let held messages go, log, probe.
package struct BrokerEffects: Equatable, Sendable {
    /// `BrokerMachine.record` must be durable before anything else leaves.
    package var mustStore = false
    /// Every present instance is told the placement.
    package var tellsPlacement = false
    /// Markers for owners that are to freeze a shard: the instance's slot and the order.
    package var freezes: [Freeze] = []
    /// Owners that are to serve on, before what was held for their shards reaches them.
    package var thaws: [Thaw] = []
    /// Shards whose held messages are to be routed again.
    package var unheld: [ShardID] = []
    package var notes: [BrokerNote] = []
    /// Instances that are sent anything, because only sending finds a connection that is gone.
    package var probes: [Int] = []

    package struct Freeze: Equatable, Sendable {
        package let slot: Int
        package let order: FreezeOrder
    }

    package struct Thaw: Equatable, Sendable {
        package let slot: Int
        package let order: ThawOrder
    }

    package init() {}
}
