/// What the broker must do after a call of the machine, in this order: store, answer the caller,
/// tell the placement, log.
package struct BrokerEffects: Equatable, Sendable {
    /// `BrokerMachine.record` must be durable before anything else leaves.
    package var mustStore = false
    /// Every present instance is told the placement.
    package var tellsPlacement = false
    package var notes: [BrokerNote] = []

    package init() {}
}
