package import TwinCore

/// What one write-behind transaction saves: some twins, some shards, the alerts since the last.
///
/// Correct only if the journal is durable up to `durable` and every position in the rows lies at or
/// before it.
package struct RowSlice: Sendable {
    /// Changed twins, tombstones included. Their open incidents are replaced by `incidents`.
    package var twins: [TwinRow] = []
    /// All open incidents of `twins`.
    package var incidents: [IncidentRow] = []
    package var shards: [ShardRow] = []
    /// New alerts, ascending per shard. One that is there already is left as it is.
    package var alerts: [AlertRow] = []
    package var savedAt: Timestamp
    /// The first journal record still needed once this slice is saved.
    package var journalFrom: RecordNumber
    /// The last journal record known to be durable.
    package var durable: RecordNumber
    /// Code and configuration that made these states.
    package var replayVersion: String

    package init(
        savedAt: Timestamp, journalFrom: RecordNumber, durable: RecordNumber, replayVersion: String
    ) {
        self.savedAt = savedAt
        self.journalFrom = journalFrom
        self.durable = durable
        self.replayVersion = replayVersion
    }
}

/// What the rows say about themselves.
package struct RowMeta: Sendable, Equatable {
    package let tier: Tier
    /// Nil until the instance has joined a cluster.
    package let cluster: String?
    /// The first journal record that recovery needs.
    package let journalFrom: RecordNumber
    /// A journal record that was durable when the rows were written.
    package let durable: RecordNumber
    /// Nil before the first slice.
    package let replayVersion: String?
    /// When the last slice was saved, as UTC text; nil before the first.
    package let savedAt: String?
}
