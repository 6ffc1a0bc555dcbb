/// Where the broker stands with the birth of its shards.
enum BootstrapState: Equatable, Sendable {
    /// Not asked for, done, or ignored because a placement is stored.
    case none
    /// Waits for instances; `lastSaid` is when the log last said for whom.
    case waiting(BootstrapPlan, lastSaid: Int64?)
    /// An instance claimed shards: there is a cluster already.
    case cancelled(reason: String)
}
