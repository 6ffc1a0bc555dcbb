/// What the broker does with one message; see `BrokerMachine.route`.
package enum BrokerDecision: Equatable, Sendable {
    /// Send it to the instance in this slot, then say `didForward`, `didNotFit` or `sendFailed`.
    case forward(slot: Int)
    /// Keep it until the shard has its new owner: the machine names it in `BrokerEffects.unheld`.
    case hold(ShardID)
    /// It is for the broker itself.
    case answerHere
    /// Tell the sender why not.
    case refuse(Refusal)
    /// Say nothing: its sender repeats it by itself.
    case drop
}
