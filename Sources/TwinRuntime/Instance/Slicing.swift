package import TwinCore
package import TwinStore

/// Which rows are on their way to the disk: one slice at a time, at most one a second unless the
/// journal grows long.
package struct Slicing: Sendable {
    /// A slice was handed out and is not saved yet.
    package var isInFlight = false
    package var alertsInFlight = 0
    package var notBefore: Int64 = 0
    /// The least time between two slices while the journal is short.
    package var pause = Slicing.interval
    /// By shard: what its row says.
    package var savedHeaders: [UInt16: SavedHeader] = [:]

    /// How far a shard's row reaches.
    package struct SavedHeader: Equatable, Sendable {
        package var position: Position
        /// The first journal record that the row does not reflect.
        package var next: UInt64
        /// A twin's row is read with the metric sets of its shard's row.
        package var metricSets: Int
        package var custody: ShardCustody
    }

    package static let interval = Milliseconds.seconds(1)
    /// A slice ends with the twin that passes either bound. A twin with 90 reports of ten metrics
    /// is 2.9 KB and some 15 µs to encode (`twin-bench write-behind`), a shard's row 0.5 KB and
    /// some 10 µs: a slice delays its turn by a millisecond or two.
    package static let twinsPerSliceMax = 256
    package static let twinBytesPerSliceMax = 256 * 1_024
    /// Half of it when slices follow one another without a pause: then nearly every turn has one.
    package static let twinBytesPerHurriedSliceMax = 128 * 1_024
    /// One slice of so many writes the row of a shard that is there already and behind. Replay
    /// starts no later than the others need it.
    package static let slicesPerHeader = 8
    package static let alertsPerSliceMax = 1_000

    package init() {}
}
