/// CRC-32 as zlib computes it (ISO 3309, reflected polynomial 0xEDB88320): the routing hash.
///
/// Our own ten lines, because the core imports nothing and every client in every language must
/// get the same shard. One table look-up per byte.
package enum CRC32 {
    /// The checksum of `bytes`, the same number as zlib's `crc32(0, bytes)`.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        checksum(bytes.span)
    }

    /// The checksum of borrowed bytes.
    package static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for index in bytes.indices {
            crc = table[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ (crc >> 8)
        }
        return crc ^ 0xFFFF_FFFF
    }

    private static let table: [UInt32] = (0..<256).map { value in
        var crc = UInt32(value)
        for _ in 0..<8 {
            crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1
        }
        return crc
    }
}
