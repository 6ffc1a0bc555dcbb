/// What the broker does with one message; see `BrokerMachine.route`.
package enum BrokerDecision: Equatable, Sendable {
    /// Send it to the instance in this slot, then say `didForward`, `didNotFit` or `sendFailed`.
    case forward(slot: Int)
    /// It is for the broker itself.
    case answerHere
    /// Tell the sender why not.
    case refuse(Refusal)
    /// Say nothing: its sender repeats it by itself.
    case drop
}

/// What a message may use of an instance's credit, and what happens when there is none.
package enum BrokerTraffic: Sendable {
    /// Reports, commands and queries: leave a quarter of the credit alone; refused `overloaded`.
    case request
    /// Questions about the instance itself: may use all credit; refused `overloaded`.
    case control
    /// Statuses, receipts and audits, which repeat: may use all credit; dropped.
    case repeating
}

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

/// A change of state for the log: a fixed sentence and what it is about.
package struct BrokerNote: Equatable, Sendable {
    package enum Level: Equatable, Sendable {
        case info, warning, error
    }

    package let level: Level
    package let sentence: String
    /// Metadata of the log line.
    package let details: [String: String]

    package init(_ level: Level, _ sentence: String, _ details: [String: String] = [:]) {
        self.level = level
        self.sentence = sentence
        self.details = details
    }
}
