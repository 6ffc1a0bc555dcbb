/// A number that two runs share only if the same things happened in the same order (FNV-1a, 64
/// bits).
package struct TraceHash: Equatable, Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01B3 }

    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    mutating func add(_ bytes: [UInt8]) {
        var word: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if index & 7 == 7 {
                add(word)
                word = 0
            }
        }
        add(word)
        add(UInt64(bytes.count))
    }

    mutating func add(_ text: String) { add(Array(text.utf8)) }
}

extension TraceHash: CustomStringConvertible {
    package var description: String { String(value, radix: 16) }
}
