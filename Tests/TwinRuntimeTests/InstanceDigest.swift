/// A number that two runs share only if they produced the same bytes in the same order (FNV-1a).
struct InstanceDigest: Equatable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: [UInt8]) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = (value ^ UInt64(bytes.count)) &* 0x100_0000_01B3
    }

    mutating func add(_ parts: [String: [UInt8]]) {
        for (name, bytes) in parts.sorted(by: { $0.key < $1.key }) {
            add(Array(name.utf8))
            add(bytes)
        }
    }
}
