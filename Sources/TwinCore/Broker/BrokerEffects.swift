/// What the broker must do after a call of the machine, in this order: store, answer the caller,
/// tell the placement, send the markers, let held messages go, log.
package struct BrokerEffects: Equatable, Sendable {
    /// `BrokerMachine.record` must be durable before anything else leaves.
    package var mustStore = false
    /// Every present instance is told the placement.
    package var tellsPlacement = false
    /// Markers for owners that are to freeze a shard: the instance's slot and the order.
    package var freezes: [Freeze] = []
    /// Shards whose held messages are to be routed again.
    package var unheld: [ShardID] = []
    package var notes: [BrokerNote] = []

    package struct Freeze: Equatable, Sendable {
        package let slot: Int
        package let order: FreezeOrder
    }

    package init() {}
}
