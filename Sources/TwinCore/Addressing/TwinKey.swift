/// The opaque name of one twin inside its tier: 1–128 bytes of `A–Z a–z 0–9 . _ -`.
///
/// Kept as bytes, compared and ordered bytewise, so that no Unicode rule ever touches routing.
package struct TwinKey: Hashable, Sendable {
    /// The validated bytes, all ASCII.
    package let bytes: [UInt8]

    /// Takes bytes that may be a key; throws what is wrong with them and where.
    package init(bytes: [UInt8]) throws(AddressError) {
        guard !bytes.isEmpty else { throw .emptyKey }
        guard bytes.count <= Limits.keyBytesMax else {
            throw .keyTooLong(count: bytes.count)
        }
        for (offset, byte) in bytes.enumerated() where !TwinKey.isAllowed(byte) {
            throw .keyByte(byte, offset: offset)
        }
        self.bytes = bytes
    }

    /// Takes text that may be a key; see `init(bytes:)`.
    package init(_ text: some StringProtocol) throws(AddressError) {
        try self.init(bytes: Array(text.utf8))
    }

    /// The shard of this key among `shardCount` shards: CRC-32 modulo the count.
    package func shardIndex(shardCount: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: CRC32.checksum(bytes) % UInt32(shardCount))
    }

    /// What is wrong with borrowed bytes as a key; nil when they are one.
    package static func objection(to bytes: Span<UInt8>) -> AddressError? {
        guard bytes.count <= Limits.keyBytesMax else { return .keyTooLong(count: bytes.count) }
        guard !bytes.isEmpty else { return .emptyKey }
        for offset in bytes.indices where !isAllowed(bytes[offset]) {
            return .keyByte(bytes[offset], offset: offset)
        }
        return nil
    }

    package static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension TwinKey: Comparable {
    package static func < (left: TwinKey, right: TwinKey) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension TwinKey: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension TwinKey: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
