/// What may be made to fail on a `MemoryDisk`.
package enum DiskOperation: Sendable, CaseIterable {
    case create
    case write
    case sync
    case rename
    case remove
    case syncDirectory
}

/// How a machine stopped, as a `MemoryDisk` sees it.
package enum Outage: Sendable, Hashable {
    /// The process died: what it wrote stays visible, and stays unsynced.
    case processCrash
    /// The machine died: everything unsynced is gone.
    case powerCut
    /// The machine died: of what was unsynced, any sectors of any writes may have arrived, chosen
    /// by `seed`; of the directory's changes the first few, as journaling file systems keep order.
    case tornPowerCut(seed: UInt64)
}

/// A planned failure: matching operations fail from the `after`th on, until healed.
struct DiskFault: Sendable {
    /// Nil matches every operation.
    let operation: DiskOperation?
    let kind: StoreError.Kind
    var after: Int
}

/// A small seeded generator (SplitMix64, Steele et al. 2014); the disk needs no better one.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
