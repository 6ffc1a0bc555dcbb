internal import Msgpack
package import TwinCore

/// One report of a packed batch, as views into the batch's bytes.
package struct PackedReport: ~Escapable {
    /// A valid `TwinKey`'s bytes.
    package let key: Span<UInt8>
    package let at: Timestamp
    package let flags: ReportFlags
    /// Little-endian float32, one a name of the batch: exactly four bytes each.
    package let valueBytes: Span<UInt8>
    /// Where the key and the values stand in the batch's bytes.
    package let keyPlace: Range<Int>
    package let valuePlace: Range<Int>
    /// Ascending by metric index, each once. Most reports have none, and allocate nothing.
    package let devices: [WorstDevice]

    @_lifetime(copy key, copy valueBytes)
    init(
        key: Span<UInt8>, at: Timestamp, flags: ReportFlags, valueBytes: Span<UInt8>,
        keyOffset: Int, valueOffset: Int, devices: [WorstDevice]
    ) {
        keyPlace = keyOffset..<keyOffset + key.count
        valuePlace = valueOffset..<valueOffset + valueBytes.count
        self.key = key
        self.at = at
        self.flags = flags
        self.valueBytes = valueBytes
        self.devices = devices
    }

    /// How many values there are: as many as the batch has names.
    package var valueCount: Int { valueBytes.count / ReportBatchHeader.valueBytes }

    /// One value, NaN = absent. Traps beyond `valueCount`.
    package func value(_ index: Int) -> Float {
        let first = index * ReportBatchHeader.valueBytes
        let bits =
            UInt32(valueBytes[first]) | UInt32(valueBytes[first + 1]) << 8
            | UInt32(valueBytes[first + 2]) << 16 | UInt32(valueBytes[first + 3]) << 24
        return Float(bitPattern: bits)
    }

    /// The key as a value: one allocation.
    package var twinKey: TwinKey {
        get throws(AddressError) { try TwinKey(bytes: Array(copying: key)) }
    }

    /// Appends all values to `arena`.
    package func appendValues(to arena: inout [Float]) {
        for index in 0..<valueCount { arena.append(value(index)) }
    }
}
