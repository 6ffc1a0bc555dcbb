/// A number that two runs share only if the same things happened in the same order (FNV-1a, 64
/// bits).
package struct TraceHash: Equatable, Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01B3 }

    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    mutating func add(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { bytes in
            let whole = bytes.count & ~7
            for offset in stride(from: 0, to: whole, by: 8) {
                add(
                    UInt64(
                        bigEndian: unsafe bytes.loadUnaligned(
                            fromByteOffset: offset, as: UInt64.self)))
            }
            var rest: UInt64 = 0
            for offset in whole..<bytes.count { rest = rest << 8 | UInt64(unsafe bytes[offset]) }
            add(rest)
        }
        add(UInt64(bytes.count))
    }

    mutating func add(_ text: String) { add(Array(text.utf8)) }
}

extension TraceHash: CustomStringConvertible {
    package var description: String { String(value, radix: 16) }
}
