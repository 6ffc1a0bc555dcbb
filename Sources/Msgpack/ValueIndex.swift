internal import CMsgpack

/// Where each item of one packed value begins and ends, checked once, so that Codable decoding can
/// look up fields in any order. Owns a copy of the bytes; an entry is 12 bytes an item.
final class ValueIndex {
    private struct Entry {
        /// Bytes from the start of the value.
        var offset: UInt32
        /// The entry after this item and all it holds.
        var end: UInt32
        /// Items of an array, pairs of a map, else 0.
        var count: UInt32
    }

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
        var open: [Int] = []
        try unpacker.walk(itemsMax: limits.itemsMax) { item, offset in
            let isContainer =
                Int(item.kind) == TWIN_MSGPACK_ARRAY || Int(item.kind) == TWIN_MSGPACK_MAP
            if isContainer { open.append(entries.count) }
            entries.append(
                Entry(
                    offset: UInt32(offset), end: UInt32(entries.count + 1),
                    count: isContainer ? item.length : 0))
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

    /// Reads one item with a cursor that stands before it.
    func read<Value>(
        _ entry: Int, at path: [any CodingKey],
        _ read: (inout Unpacker) throws(MsgpackError) -> Value
    ) throws(MsgpackError) -> Value {
        let bytes = bytes
        var unpacker = Unpacker(bytes.span, at: offset(of: entry))
        do throws(MsgpackError) {
            return try read(&unpacker)
        } catch {
            throw error.at(path.joined)
        }
    }
}
