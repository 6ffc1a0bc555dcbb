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
        /// It is to be emptied, or was and has not started again.
        package var isDraining: Bool
        /// nil = no beat yet, or lost.
        package var load: InstanceLoad?
    }

    /// One shard on its way to another owner.
    package struct Move: Equatable, Sendable {
        package enum Phase: String, Equatable, Sendable {
            /// The owner copies it and serves it meanwhile.
            case copying
            /// Its messages wait at the broker while the last changes are copied.
            case held
            /// The owner has given it away; nobody serves it until the new one does.
            case released
        }

        package var shard: ShardID
        package var from: InstanceName
        package var to: InstanceName
        package var phase: Phase
    }

    /// Ascending by tier, then name.
    package var processes: [Process] = []
    /// Ascending by shard.
    package var moves: [Move] = []
    /// The broker's own refusals and those of all present instances, by code.
    package var refused: [Refusal.Code: UInt64] = [:]
    package var quarantined = 0
    /// Sentences about what needs an operator.
    package var warnings: [String] = []

    package init() {}
}
