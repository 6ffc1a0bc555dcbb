/// Finds a twin's slot by the bytes of its key without building a `TwinKey`.
///
/// Open addressing with linear probing over 4-byte cells, at most three quarters full; the keys
/// themselves stay in the slots, the caller compares them. Our own table because the look-up takes
/// borrowed bytes and the order of hashed collections must never matter.
package struct KeyTable: Sendable, Equatable {
    private static let free = UInt32.max
    private static let removed = UInt32.max - 1
    private static let capacityMin = 16

    private var cells: [UInt32]
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

    /// The slot for which `isMatch` is true among those with this hash's probe sequence.
    package func find(hash: UInt32, isMatch: (Int) -> Bool) -> Int? {
        let mask = cells.count - 1
        var cell = Int(hash) & mask
        while cells[cell] != KeyTable.free {
            if cells[cell] != KeyTable.removed, isMatch(Int(cells[cell])) {
                return Int(cells[cell])
            }
            cell = (cell + 1) & mask
        }
        return nil
    }

    /// Adds a slot that is not in the table; `hashOf` gives any slot's hash when the table grows.
    package mutating func insert(_ slot: Int, hash: UInt32, hashOf: (Int) -> UInt32) {
        if (used + 1) * 4 > cells.count * 3 { grow(hashOf: hashOf) }
        place(slot, hash: hash)
        live += 1
    }

    /// Removes a slot that is in the table.
    package mutating func remove(_ slot: Int, hash: UInt32) {
        let mask = cells.count - 1
        var cell = Int(hash) & mask
        while cells[cell] != UInt32(slot) {
            guard cells[cell] != KeyTable.free else { return }
            cell = (cell + 1) & mask
        }
        cells[cell] = KeyTable.removed
        live -= 1
    }

    private mutating func place(_ slot: Int, hash: UInt32) {
        let mask = cells.count - 1
        var cell = Int(hash) & mask
        while cells[cell] != KeyTable.free, cells[cell] != KeyTable.removed {
            cell = (cell + 1) & mask
        }
        if cells[cell] == KeyTable.free { used += 1 }
        cells[cell] = UInt32(slot)
    }

    private mutating func grow(hashOf: (Int) -> UInt32) {
        let old = cells
        let capacity = max(KeyTable.capacityMin, live * 4).nextPowerOfTwo
        cells = Array(repeating: KeyTable.free, count: capacity)
        used = 0
        for cell in old where cell != KeyTable.free && cell != KeyTable.removed {
            place(Int(cell), hash: hashOf(Int(cell)))
        }
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int {
        self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount)
    }
}
