package import TwinCore

/// Which rows are on their way to the disk: one slice at a time, at most one a second unless the
/// journal grows long.
package struct Slicing: Sendable {
    /// A slice was handed out and is not saved yet.
    package var isInFlight = false
    package var alertsInFlight = 0
    package var notBefore: Int64 = 0
    /// By shard: what its row says.
    package var savedHeaders: [UInt16: SavedHeader] = [:]

    /// How far a shard's row reaches. The conditions may be older than the position; once replay
    /// starts behind their next change, the row must be written again.
    package struct SavedHeader: Equatable, Sendable {
        package var position: Position
        package var conditionsPosition: Position
    }

    package static let interval = Milliseconds.seconds(1)
    /// A slice ends with the twin that passes either bound. Encoding costs some 15 ns a byte
    /// (`twin-bench write-behind`), a twin with 90 reports of ten metrics 4.4 KB: a slice delays
    /// its turn by some 4 ms.
    package static let twinsPerSliceMax = 256
    package static let twinBytesPerSliceMax = 256 * 1_024
    package static let alertsPerSliceMax = 1_000

    package init() {}
}
