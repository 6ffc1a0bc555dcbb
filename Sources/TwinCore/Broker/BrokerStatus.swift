/// How the cluster's processes are, as the broker sees them: the source of the status document.
package struct BrokerStatus: Equatable, Sendable {
    /// The state word of a process.
    package enum State: String, Equatable, Sendable {
        case ok
        /// No beat for 3 s, or a turn that waits for its commit longer than 2 s.
        case suspect
        /// No beat for 10 s, unreachable, or not registered since this broker started.
        case lost
        /// Registered, and its first beat is still to come.
        case recovering
        case stopping
    }

    package struct Process: Equatable, Sendable {
        package var name: InstanceName
        package var tier: Tier
        package var state: State
        /// Since when it is in that state, as far as known: registration or last beat.
        package var since: Timestamp
        /// nil = not registered since this broker started.
        package var softwareVersion: String?
        /// Shards that the placement gives it.
        package var shards: Int
        /// nil = no beat yet, or lost.
        package var load: InstanceLoad?
    }

    /// Ascending by tier, then name.
    package var processes: [Process] = []
    /// The broker's own refusals and those of all present instances, by code.
    package var refused: [Refusal.Code: UInt64] = [:]
    package var quarantined = 0
    /// Sentences about what needs an operator.
    package var warnings: [String] = []

    package init() {}
}
