package import Msgpack

/// Little-endian float32 values as one msgpack `bin`: how reports travel and are journalled.
package enum FloatBytes {
    package static let bytesPerValue = 4

    /// Packs the values of `range` as one `bin`.
    package static func pack(_ values: [Float], _ range: Range<Int>, into packer: inout Packer) {
        packer.packBinHeader(count: range.count * bytesPerValue)
        // Sixteen values at a time: one append of bytes instead of one a value.
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        var filled = 0
        for index in range {
            let bits = values[index].bitPattern
            bytes[filled] = UInt8(truncatingIfNeeded: bits)
            bytes[filled + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            bytes[filled + 2] = UInt8(truncatingIfNeeded: bits >> 16)
            bytes[filled + 3] = UInt8(truncatingIfNeeded: bits >> 24)
            filled += bytesPerValue
            guard filled == bytes.count else { continue }
            packer.packRaw(bytes.span)
            filled = 0
        }
        packer.packRaw(bytes.span.extracting(0..<filled))
    }

    /// Reads one `bin` of floats and appends them; gives their place.
    package static func unpack(
        _ unpacker: inout Unpacker, into values: inout [Float]
    ) throws(MsgpackError) -> Range<Int> {
        let offset = unpacker.offset
        let bytes = try unpacker.readBin()
        guard bytes.count % bytesPerValue == 0 else {
            throw MsgpackError(
                .invalidValue, wanted: "a multiple of \(bytesPerValue) bytes of float32",
                found: "\(bytes.count)", offset: offset)
        }
        return append(bytes, to: &values)
    }

    /// Appends the floats of little-endian `bytes`; gives their place.
    package static func append(_ bytes: Span<UInt8>, to values: inout [Float]) -> Range<Int> {
        let first = values.count
        let end = bytes.count - bytes.count % bytesPerValue
        for start in stride(from: 0, to: end, by: bytesPerValue) {
            let bits =
                UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8
                | UInt32(bytes[start + 2]) << 16 | UInt32(bytes[start + 3]) << 24
            values.append(Float(bitPattern: bits))
        }
        return first..<values.count
    }
}
