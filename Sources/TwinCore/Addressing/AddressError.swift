/// What is wrong with a text that should have been a key or an address.
package enum AddressError: Error, Equatable, Sendable {
    case emptyKey
    case keyTooLong(count: Int)
    case keyByte(UInt8, offset: Int)
    case noTier(found: String)
    case wrongForm(found: String)
}

extension AddressError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .emptyKey:
            "key: wanted 1 to \(Limits.keyBytesMax) bytes of A-Z a-z 0-9 . _ -, found none"
        case .keyTooLong(let count):
            "key: wanted at most \(Limits.keyBytesMax) bytes, found \(count)"
        case .keyByte(let byte, let offset):
            "key: wanted A-Z a-z 0-9 . _ -, found byte \(byte) at offset \(offset)"
        case .noTier(let found):
            "address: wanted server/KEY, rack/KEY or dc/KEY, found \"\(Self.cut(found))\""
        case .wrongForm(let found):
            "destination: wanted TIER/KEY, TIER#SHARD, TIER@INSTANCE or broker, found "
                + "\"\(Self.cut(found))\""
        }
    }

    /// A peer's text as far as an error repeats it.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > Limits.keyBytesMax else { return text }
        return String(decoding: text.utf8.prefix(Limits.keyBytesMax), as: UTF8.self) + "…"
    }
}
