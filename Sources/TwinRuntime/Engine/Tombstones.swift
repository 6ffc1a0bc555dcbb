internal import TwinCore
internal import TwinStore

/// The tombstone rows that stand until the journal has passed the births they keep from coming
/// back; one place a shard, since purging takes everything up to a position.
struct Tombstones: Sendable {
    private struct Place: Sendable {
        var shard: UInt16
        var position: Position
        /// The journal record that was durable when the tombstone was written.
        var record: UInt64
    }

    private var places: [Place] = []

    /// Remembers the tombstones of a slice that is saved now.
    mutating func note(_ slice: PendingSlice, durable: UInt64) {
        for row in slice.twins where row.state == nil {
            if let index = places.firstIndex(where: { $0.shard == row.shard }) {
                places[index].position = max(places[index].position, row.position)
                places[index].record = durable
            } else {
                places.append(
                    Place(shard: row.shard, position: row.position, record: durable))
            }
        }
    }

    /// Removes those that no replay can need any more: it starts at `record`.
    mutating func purge(from rows: some Rows, before record: UInt64) throws(StoreError) {
        for place in places where place.record < record {
            try rows.purgeRemoved(shard: place.shard, through: place.position)
        }
        places.removeAll { $0.record < record }
    }
}
