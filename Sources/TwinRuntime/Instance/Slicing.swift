package import TwinCore
package import TwinStore

/// Which rows are on their way to the disk: one slice at a time, at most one a second while the
/// journal is short.
///
/// What replay must read is what was journalled while the rows went round all twins once. So in a
/// long journal each byte that is journalled asks for so many bytes of rows, the more the longer
/// the journal is: its length settles where they are as many as a round over all twins needs,
/// 200 MB for 20,000 twins of 3 KB, 400 MB for the same with windows of 1,024 reports.
package struct Slicing: Sendable {
    /// A slice was handed out and is not saved yet.
    package var isInFlight = false
    package var alertsInFlight = 0
    package var notBefore: Int64 = 0
    /// The least time between two slices while the journal is short.
    package var pause = Slicing.interval
    /// By shard: what its row says.
    package var savedHeaders: [UInt16: SavedHeader] = [:]
    /// Bytes of rows that a long journal has asked for and no slice has brought yet.
    package private(set) var bytesAsked = 0

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
    /// A long journal's slices are no smaller, and no larger than what delays a turn by some
    /// milliseconds.
    package static let twinBytesPerHurriedSliceMin = 128 * 1_024
    package static let twinBytesPerHurriedSliceMax = 2 << 20
    /// One slice of so many writes the row of a shard that is there already and behind. Replay
    /// starts no later than the others need it.
    package static let slicesPerHeader = 8
    /// The same when slices follow one another without a pause.
    package static let hurriedSlicesPerHeader = 64
    package static let alertsPerSliceMax = 1_000
    /// A journal of this length asks for half as many bytes of rows as are journalled, one of twice
    /// the length for four times as many.
    private static let halfAtMegabytes = 256

    package init() {}

    /// The journal is so long and so much was journalled that a slice is due without a pause.
    package var isHurried: Bool { bytesAsked >= Slicing.twinBytesPerHurriedSliceMin }

    /// Notes that a turn journals `bytes` at the end of a journal of `journalBytes`.
    package mutating func noteJournalled(_ bytes: Int, journalBytes: UInt64) {
        guard journalBytes > Limits.journalBytesUnhurried else { return bytesAsked = 0 }
        let length = Int(journalBytes >> 20)
        let half = Slicing.halfAtMegabytes
        bytesAsked = min(
            bytesAsked + bytes * length * length / (2 * half * half),
            Slicing.twinBytesPerHurriedSliceMax)
    }

    /// Notes that a slice brings rows of `bytes`.
    package mutating func noteSliced(_ bytes: Int) { bytesAsked = max(0, bytesAsked - bytes) }
}
