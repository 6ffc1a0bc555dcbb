/// What a message may use of an instance's credit, and what happens when there is none.
package enum BrokerTraffic: Sendable {
    /// Reports, commands and queries: leave a quarter of the credit alone; refused `overloaded`.
    case request
    /// Questions about the instance itself: may use all credit; refused `overloaded`.
    case control
    /// Statuses, receipts and audits, which repeat: may use all credit; dropped without it.
    case repeating
}
