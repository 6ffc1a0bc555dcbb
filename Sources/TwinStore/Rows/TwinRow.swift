package import TwinCore

/// The durable state of one twin at one position, beside columns that people read.
package struct TwinRow: Sendable, Equatable {
    /// Index of the shard within the instance's tier.
    package let shard: UInt16
    /// Given at commission, unique and never used again within the shard.
    package let ordinal: UInt32
    package let key: String
    /// For people: `healthy`, `unhealthy`, …; `removed` for a tombstone.
    package let status: String
    /// For people: how many incidents are open.
    package let openIncidents: Int
    package let epoch: Epoch
    /// The last input that `state` reflects.
    package let position: Position
    package let generation: UInt64
    /// Opaque bytes; nil for a tombstone, which stays until the journal has passed it.
    package let state: [UInt8]?

    package static let removedStatus = "removed"

    package init(
        shard: UInt16, ordinal: UInt32, key: String, status: String, openIncidents: Int,
        epoch: Epoch, position: Position, generation: UInt64, state: [UInt8]?
    ) {
        self.shard = shard
        self.ordinal = ordinal
        self.key = key
        self.status = status
        self.openIncidents = openIncidents
        self.epoch = epoch
        self.position = position
        self.generation = generation
        self.state = state
    }

    /// The tombstone of a twin that was removed at `position`.
    package static func removed(
        shard: UInt16, ordinal: UInt32, key: String, epoch: Epoch, position: Position,
        generation: UInt64
    ) -> TwinRow {
        TwinRow(
            shard: shard, ordinal: ordinal, key: key, status: removedStatus, openIncidents: 0,
            epoch: epoch, position: position, generation: generation, state: nil)
    }
}
