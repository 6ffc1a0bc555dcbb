/// Finds a twin's slot by the bytes of its key without building a `TwinKey`.
///
/// Open addressing with linear probing over 8-byte cells, at most three quarters full. A cell is
/// the key's hash beside its slot; the keys themselves stay in the slots, the caller compares them.
/// Our own table because the look-up takes borrowed bytes and the order of hashed collections must
/// never matter.
package struct KeyTable: Sendable, Equatable {
    private static let free = UInt64.max
    private static let removed = UInt64.max - 1
    private static let hashShift: UInt64 = 32
    private static let capacityMin = 16

    private var cells: [UInt64]
    private var used = 0
    private var live = 0

    package init() {
        cells = Array(repeating: KeyTable.free, count: KeyTable.capacityMin)
    }

    /// The number of keys in the table.
    package var count: Int { live }

    /// The hash of a key as the table wants it, from the key's CRC-32: the shard took the low part.
    package static func hash(crc: UInt32) -> UInt32 {
        var hash = crc &* 0x9E37_79B1
        hash ^= hash >> 15
        return hash
    }

    /// The slot for which `isMatch` is true among those with this very hash.
    package func find(hash: UInt32, isMatch: (Int) -> Bool) -> Int? {
        let mask = cells.count - 1
        var place = Int(hash) & mask
        while true {
            let cell = cells[place]
            if cell == KeyTable.free { return nil }
            if UInt32(truncatingIfNeeded: cell >> KeyTable.hashShift) == hash,
                cell != KeyTable.removed
            {
                let slot = Int(UInt32(truncatingIfNeeded: cell))
                if isMatch(slot) { return slot }
            }
            place = (place + 1) & mask
        }
    }

    /// Adds a slot that is not in the table.
    package mutating func insert(_ slot: Int, hash: UInt32) {
        if (used + 1) * 4 > cells.count * 3 { grow() }
        place(KeyTable.cell(slot, hash: hash))
        live += 1
    }

    /// Removes a slot that is in the table.
    package mutating func remove(_ slot: Int, hash: UInt32) {
        let mask = cells.count - 1
        let wanted = KeyTable.cell(slot, hash: hash)
        var place = Int(hash) & mask
        while cells[place] != wanted {
            guard cells[place] != KeyTable.free else { return }
            place = (place + 1) & mask
        }
        cells[place] = KeyTable.removed
        live -= 1
    }

    /// Slots are far below 2³² − 2, so that no cell looks free or removed.
    private static func cell(_ slot: Int, hash: UInt32) -> UInt64 {
        UInt64(hash) << hashShift | UInt64(UInt32(slot))
    }

    private mutating func place(_ cell: UInt64) {
        let mask = cells.count - 1
        var place = Int(cell >> KeyTable.hashShift) & mask
        while cells[place] != KeyTable.free, cells[place] != KeyTable.removed {
            place = (place + 1) & mask
        }
        if cells[place] == KeyTable.free { used += 1 }
        cells[place] = cell
    }

    private mutating func grow() {
        let old = cells
        let capacity = max(KeyTable.capacityMin, live * 4).nextPowerOfTwo
        cells = Array(repeating: KeyTable.free, count: capacity)
        used = 0
        for cell in old where cell != KeyTable.free && cell != KeyTable.removed { place(cell) }
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
