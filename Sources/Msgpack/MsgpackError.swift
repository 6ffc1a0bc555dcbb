/// Why bytes are not the msgpack value that was asked for, or a value cannot be packed: what was
/// wanted, what was found, and where. The bytes are a peer's, so this is an answer, not a fault;
/// what it quotes of them is cut to `quotedBytesMax`.
package struct MsgpackError: Error, Hashable, Sendable {
    /// The class of the mistake, for counting and for tests.
    package enum Kind: String, Sendable {
        /// The bytes end before the value does, or a length is declared that they cannot hold.
        case truncated
        /// A byte that begins no value.
        case malformed
        /// A value of another kind.
        case wrongKind
        /// A number that the wanted type cannot hold.
        case outOfRange
        /// A string, binary, array or map longer than the caller allows, or too many items in all.
        case tooLong
        /// Containers nested deeper than allowed.
        case tooDeep
        /// A string that is not UTF-8.
        case invalidUTF8
        /// Bytes after the end of the value.
        case trailingBytes
        /// A map without a key that is needed.
        case missingKey
        /// A map that has one key twice.
        case duplicateKey
        /// A value that the type which decodes it refuses.
        case invalidValue
        /// A Swift value that has no packed form here.
        case notEncodable
    }

    /// Longest text that is taken over from the bytes.
    package static let quotedBytesMax = 200

    package let kind: Kind
    package let wanted: String
    package let found: String
    /// Bytes from the start of the input to the value in question; 0 when packing.
    package let offset: Int
    /// Keys and indices from the outermost value, joined by dots; empty outside Codable decoding.
    package let path: String

    package init(
        _ kind: Kind, wanted: String, found: String, offset: Int, path: String = ""
    ) {
        self.kind = kind
        self.wanted = Self.cut(wanted)
        self.found = Self.cut(found)
        self.offset = offset
        self.path = Self.cut(path)
    }

    /// The same mistake, in the value that `path` leads to.
    func at(_ path: String) -> MsgpackError {
        MsgpackError(kind, wanted: wanted, found: found, offset: offset, path: path)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > quotedBytesMax else { return text }
        return String(decoding: text.utf8.prefix(quotedBytesMax), as: UTF8.self) + "…"
    }
}

extension MsgpackError: CustomStringConvertible {
    /// One sentence: "wanted at most 8 items, found map of 9 pairs, at offset 17".
    package var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        return "\(place)wanted \(wanted), found \(found), at offset \(offset)"
    }
}
