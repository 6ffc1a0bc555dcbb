/// Any msgpack value as a tree: for a request typed by hand and for tests, where no Swift type
/// fits. Equal trees pack to equal bytes; a map keeps the order of its pairs.
package enum MsgpackValue: Hashable, Sendable {
    case `nil`
    case bool(Bool)
    case int(Int64)
    /// Only for numbers above `Int64.max`: unpacking yields `int` for everything below.
    case uint(UInt64)
    /// Both widths unpack to this; it packs as `float 64`.
    case double(Double)
    case string(String)
    case bin([UInt8])
    case array([MsgpackValue])
    case map([Pair])

    package struct Pair: Hashable, Sendable {
        package var key: MsgpackValue
        package var value: MsgpackValue

        package init(_ key: MsgpackValue, _ value: MsgpackValue) {
            self.key = key
            self.value = value
        }
    }

    /// A map with string keys in the order given.
    package static func map(_ pairs: KeyValuePairs<String, MsgpackValue>) -> MsgpackValue {
        .map(pairs.map { Pair(.string($0.key), $0.value) })
    }

    /// The value of the first pair with this string key; nil if there is none or this is no map.
    package subscript(key: String) -> MsgpackValue? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.key == .string(key) }?.value
    }

    package func pack(into packer: inout Packer) {
        switch self {
        case .nil: packer.packNil()
        case .bool(let value): packer.packBool(value)
        case .int(let value): packer.packInt(value)
        case .uint(let value): packer.packUInt(value)
        case .double(let value): packer.packDouble(value)
        case .string(let text): packer.packString(text)
        case .bin(let data): packer.packBin(data)
        case .array(let items):
            packer.packArrayHeader(items.count)
            for item in items { item.pack(into: &packer) }
        case .map(let pairs):
            packer.packMapHeader(pairs.count)
            for pair in pairs {
                pair.key.pack(into: &packer)
                pair.value.pack(into: &packer)
            }
        }
    }

    package func packed() -> [UInt8] {
        var packer = Packer()
        pack(into: &packer)
        return packer.bytes
    }

    /// Unpacks bytes that hold exactly one value. Bounds are checked over the whole value before
    /// any of it is built.
    package init(
        unpacking bytes: Span<UInt8>, limits: MsgpackLimits = MsgpackLimits()
    ) throws(MsgpackError) {
        var unpacker = Unpacker(bytes)
        try self.init(from: &unpacker, limits: limits)
        try unpacker.expectEnd()
    }

    /// Unpacks the next value. Bounds are checked over the whole value before any of it is built.
    package init(
        from unpacker: inout Unpacker, limits: MsgpackLimits = MsgpackLimits()
    ) throws(MsgpackError) {
        let start = unpacker.offset
        var ahead = unpacker
        try ahead.skipValue(itemsMax: limits.itemsMax)
        guard ahead.offset - start <= limits.bytesMax else {
            throw MsgpackError(
                .tooLong, wanted: "at most \(limits.bytesMax) bytes",
                found: "\(ahead.offset - start) bytes", offset: start)
        }
        var reader = unpacker
        self = try MsgpackValue(checked: &reader)
        unpacker = ahead
    }

    /// Builds the tree of a value whose depth and size have been checked.
    private init(checked unpacker: inout Unpacker) throws(MsgpackError) {
        switch unpacker.peekKind {
        case .nil:
            try unpacker.readNil()
            self = .nil
        case .bool: self = .bool(try unpacker.readBool())
        case .integer: self = try MsgpackValue(integerFrom: &unpacker)
        case .float: self = .double(try unpacker.readDouble())
        case .string: self = .string(try unpacker.readString(maxBytes: .max))
        case .binary: self = .bin(try unpacker.readBinBytes(maxBytes: .max))
        case .array:
            let count = try unpacker.readArrayHeader()
            var items: [MsgpackValue] = []
            items.reserveCapacity(count)
            for _ in 0..<count { items.append(try MsgpackValue(checked: &unpacker)) }
            self = .array(items)
        case .map:
            let count = try unpacker.readMapHeader()
            var pairs: [Pair] = []
            pairs.reserveCapacity(count)
            for _ in 0..<count {
                let key = try MsgpackValue(checked: &unpacker)
                pairs.append(Pair(key, try MsgpackValue(checked: &unpacker)))
            }
            self = .map(pairs)
        case .extension, nil:
            throw MsgpackError(
                .wrongKind, wanted: "a value of the standard kinds", found: "an extension",
                offset: unpacker.offset)
        }
    }

    private init(integerFrom unpacker: inout Unpacker) throws(MsgpackError) {
        do throws(MsgpackError) {
            self = .int(try unpacker.readInt64())
        } catch {
            guard error.kind == .outOfRange else { throw error }
            self = .uint(try unpacker.readUInt64())
        }
    }
}
