import CPlatform

/// CRC-32C over several pieces of bytes, the one checksum of everything we store.
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func add(_ bytes: Span<UInt8>) {
        value = unsafe bytes.withUnsafeBytes {
            unsafe twin_crc32c(value, $0.baseAddress, $0.count)
        }
    }

    static func of(_ bytes: Span<UInt8>) -> UInt32 {
        var checksum = Checksum()
        checksum.add(bytes)
        return checksum.value
    }
}
