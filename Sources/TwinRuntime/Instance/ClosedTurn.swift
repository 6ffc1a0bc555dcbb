package import TwinCore
package import TwinStore
package import TwinWire

/// One finished turn on its way to the disk: nothing of it leaves before its record is durable.
package struct ClosedTurn: Sendable {
    /// The record to append; nil when the turn changed nothing (its answers still wait for
    /// everything before them).
    package var record: [UInt8]?
    package var number: UInt64
    /// Messages to the broker, frames each, in order.
    package var messages: [[[UInt8]]]
    /// Rows to write behind once the record is durable.
    package var slice: PendingSlice?
    package var closedAt: Int64
    /// Quarantined messages that were handed back in this turn: their rows may go.
    package var requeued: [Int64] = []
    /// Shards that were given away and are served elsewhere: their rows may go.
    package var discards: [UInt16] = []
}

/// Rows of one slice, encoded in the turn, written once the turn is durable.
package struct PendingSlice: Sendable {
    package var twins: [PendingTwinRow] = []
    package var shards: [PendingShardRow] = []
    package var alerts: [LoggedAlert] = []
    /// With this slice saved, replay starts at this record.
    package var journalFrom: UInt64
    package var savedAt: Timestamp
    /// Further slices follow without a pause.
    package var isHurried = false

    package init(journalFrom: UInt64, savedAt: Timestamp) {
        self.journalFrom = journalFrom
        self.savedAt = savedAt
    }
}

/// One twin's row: its state as packed bytes, or a tombstone.
package struct PendingTwinRow: Sendable {
    package var shard: UInt16
    package var epoch: Epoch
    package var position: Position
    package var ordinal: UInt32
    package var key: TwinKey
    package var status: String
    package var generation: UInt64
    package var incidents: [IncidentSnapshot]
    /// nil = removed.
    package var state: [UInt8]?
}

/// One shard's row.
package struct PendingShardRow: Sendable {
    package var shard: UInt16
    package var epoch: Epoch
    package var position: Position
    package var state: [UInt8]
    package var custody: ShardCustody
}
