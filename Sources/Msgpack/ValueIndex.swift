internal import CMsgpack

/// Where each item of one packed value begins and ends, checked once, so that Codable decoding can
/// look up fields in any order. Owns a copy of the bytes; an entry is 12 bytes an item.
final class ValueIndex {
    private struct Entry {
        /// Bytes from the start of the value.
        var offset: UInt32
        /// The entry after this item and all it holds.
        var end: UInt32
        /// Items of an array, pairs of a map, bytes of a string, else 0.
        var count: UInt32
    }

    /// Rows and messages have at least about so many.
    private static let bytesPerItem = 4

    private let bytes: [UInt8]
    private let entries: [Entry]
    /// What the decoded types may ask their decoder.
    var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// Checks and indexes the one value that `bytes` holds.
    init(_ bytes: Span<UInt8>, limits: MsgpackLimits) throws(MsgpackError) {
        let sizeMax = min(limits.bytesMax, Int(UInt32.max))
        guard bytes.count <= sizeMax else {
            throw MsgpackError(
                .tooLong, wanted: "at most \(sizeMax) bytes", found: "\(bytes.count) bytes",
                offset: 0)
        }
        var unpacker = Unpacker(bytes)
        var entries: [Entry] = []
        entries.reserveCapacity(bytes.count / Self.bytesPerItem + 1)
        var open: [Int] = []
        try unpacker.walk(itemsMax: limits.itemsMax) { item, offset in
            let isContainer =
                Int(item.kind) == TWIN_MSGPACK_ARRAY || Int(item.kind) == TWIN_MSGPACK_MAP
            if isContainer { open.append(entries.count) }
            entries.append(
                Entry(
                    offset: UInt32(offset), end: UInt32(entries.count + 1),
                    count: isContainer || Int(item.kind) == TWIN_MSGPACK_STR ? item.length : 0))
        } leave: {
            entries[open.removeLast()].end = UInt32(entries.count)
        }
        try unpacker.expectEnd()
        self.bytes = [UInt8](copying: bytes)
        self.entries = entries
    }

    /// The entry after `entry` and all that it holds.
    func next(after entry: Int) -> Int { Int(entries[entry].end) }

    func count(of entry: Int) -> Int { Int(entries[entry].count) }

    func offset(of entry: Int) -> Int { Int(entries[entry].offset) }

    func kind(of entry: Int) -> MsgpackKind? {
        MsgpackKind(firstByte: bytes[offset(of: entry)])
    }

    /// Reads one item with a cursor that stands before it; an error gets the item's path.
    func read<Value>(
        _ entry: Int, _ read: (inout Unpacker) throws(MsgpackError) -> Value
    ) throws(MsgpackError) -> Value {
        let bytes = bytes
        var unpacker = Unpacker(bytes.span, at: offset(of: entry))
        do throws(MsgpackError) {
            return try read(&unpacker)
        } catch {
            throw error.at(path(to: entry).joined)
        }
    }

    /// The value of `entry` when its type, which is `type`, reads it itself; nil in another form.
    func unpacked<Value, Unpacked: SelfUnpacking>(
        _ entry: Int, by type: Unpacked.Type, as value: Value.Type
    ) -> Value? {
        let bytes = bytes
        return type.unpacked(bytes.span, at: offset(of: entry), as: value)
    }

    /// Whether the string of `entry` is `text`, byte for byte.
    func isString(_ entry: Int, equalTo text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count(of: entry) == text.count else { return false }
        let body = bodyOffset(ofString: entry)
        for place in text.indices {
            guard unsafe bytes[body + place] == text[place] else { return false }
        }
        return true
    }

    /// Whether the strings of two entries are equal, byte for byte.
    func areEqualStrings(_ one: Int, _ other: Int) -> Bool {
        let count = count(of: one)
        guard count == self.count(of: other) else { return false }
        let left = bodyOffset(ofString: one)
        let right = bodyOffset(ofString: other)
        return bytes[left..<left + count] == bytes[right..<right + count]
    }

    private func bodyOffset(ofString entry: Int) -> Int {
        let offset = offset(of: entry)
        return switch bytes[offset] {
        case 0xd9: offset + 2
        case 0xda: offset + 3
        case 0xdb: offset + 5
        default: offset + 1
        }
    }

    // MARK: paths

    /// Keys and indices from the outermost value to `target`; those of its map when it is a key.
    /// Looked for when somebody asks: decoding itself needs none. Cost: the items before it.
    func path(to target: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var entry = 0
        while entry != target, let (child, key) = child(of: entry, around: target) {
            path.append(key)
            entry = child
        }
        return path
    }

    /// The value of an array or a map that is or holds `target`.
    private func child(
        of container: Int, around target: Int
    ) -> (entry: Int, key: any CodingKey)? {
        let isMap = kind(of: container) == .map
        var first = container + 1
        for place in 0..<count(of: container) {
            let value = isMap ? next(after: first) : first
            if value <= target, target < next(after: value) {
                return (value, isMap ? TextKey(text(of: first)) : IndexKey(place))
            }
            first = next(after: value)
        }
        return nil
    }

    /// The text of a string entry, its mistakes replaced; a question mark for any other.
    func text(of entry: Int) -> String {
        guard kind(of: entry) == .string else { return "?" }
        let body = bodyOffset(ofString: entry)
        return String(decoding: bytes[body..<body + count(of: entry)], as: UTF8.self)
    }
}

/// A key that was found in the bytes.
private struct TextKey: CodingKey {
    let stringValue: String

    init(_ text: String) { stringValue = text }

    init?(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { return nil }

    var intValue: Int? { nil }
}
