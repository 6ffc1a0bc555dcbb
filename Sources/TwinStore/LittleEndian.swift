/// Fixed-width integers in file headers: least significant byte first, whatever the machine.
extension [UInt8] {
    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        var rest = value
        for _ in 0..<(type(of: value).bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}

extension Span<UInt8> {
    /// The integer whose first byte is at `offset`; the caller has checked that it fits.
    func littleEndian<Value: FixedWidthInteger>(at offset: Int, as: Value.Type) -> Value {
        var value: Value = 0
        for index in (0..<(Value.bitWidth / 8)).reversed() {
            value = (value << 8) | Value(truncatingIfNeeded: self[offset + index])
        }
        return value
    }
}
