package import Msgpack

/// Little-endian float32 values as one msgpack `bin`: how reports travel and are journalled. Floats
/// are copied as they lie in memory, so this builds for little-endian machines only.
package enum FloatBytes {
    package static let bytesPerValue = 4

    /// Packs the values of `range` as one `bin`.
    package static func pack(_ values: [Float], _ range: Range<Int>, into packer: inout Packer) {
        packer.packBinHeader(count: range.count * bytesPerValue)
        packer.packRaw(unsafe values.span.extracting(range).bytes)
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
        let count = bytes.count / bytesPerValue
        values.append(contentsOf: repeatElement(0, count: count))
        unsafe values.withUnsafeMutableBytes { appended in
            unsafe bytes.withUnsafeBytes { bytes in
                let whole = unsafe UnsafeRawBufferPointer(
                    rebasing: bytes[..<(count * bytesPerValue)])
                unsafe UnsafeMutableRawBufferPointer(
                    rebasing: appended[(first * bytesPerValue)...]
                ).copyMemory(from: whole)
            }
        }
        return first..<first + count
    }
}

#if _endian(big)
    #error("FloatBytes copies floats as they lie in memory: a little-endian machine is wanted")
#endif
