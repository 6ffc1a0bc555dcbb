package import TwinCore

/// One part of a shard's copy on its way into the rows of the instance that may become its owner.
///
/// The rows of the shard stand beside those that are served; no recovery serves them before a
/// journal record says so.
package struct CandidateRows: Sendable {
    package let shard: UInt16
    /// The move's number, and this part's in it: a shard that moves twice may have a part of either
    /// copy on its way to the disk.
    package let move: UInt64
    package let part: Int
    /// The first part: whatever the rows have of the shard goes before.
    package var beginsAnew = false
    package var twins: [TwinRow] = []
    /// All open incidents of `twins`.
    package var incidents: [IncidentRow] = []
    /// Ordinals of twins of earlier parts that are no more.
    package var gone: [UInt32] = []
    package var alerts: [AlertRow] = []
    /// With the last part: the shard itself, as a candidate.
    package var row: ShardRow?
    /// With the last part: inputs of the shard that are refused from now on.
    package var bans: [QuarantineBan] = []
    /// With the last part: inputs of the shard that were refused here and are no more.
    package var lifted: [QuarantineBan] = []
    package let savedAt: Timestamp

    package init(shard: UInt16, move: UInt64, part: Int, savedAt: Timestamp) {
        self.shard = shard
        self.move = move
        self.part = part
        self.savedAt = savedAt
    }
}
