/// An array being decoded, element by element.
struct UnkeyedEntries: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private let itemCount: Int
    private var entry: Int
    private(set) var currentIndex = 0

    init(_ decoder: ValueDecoder) throws(MsgpackError) {
        self.decoder = decoder
        itemCount = try decoder.read { unpacker throws(MsgpackError) in
            try unpacker.readArrayHeader()
        }
        entry = decoder.entry + 1
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var count: Int? { itemCount }

    var isAtEnd: Bool { currentIndex >= itemCount }

    /// The decoder of the current element.
    private func element() throws(MsgpackError) -> ValueDecoder {
        guard !isAtEnd else {
            throw MsgpackError(
                .missingKey, wanted: "an element \(currentIndex)",
                found: "array of \(itemCount) items",
                offset: decoder.index.offset(of: decoder.entry),
                path: (codingPath + [IndexKey(currentIndex)]).joined)
        }
        return ValueDecoder(index: decoder.index, entry: entry)
    }

    /// Reads the current element and moves on; an element that is refused stays current.
    private mutating func take<Value>(_ read: (ValueDecoder) throws -> Value) throws -> Value {
        let value = try read(try element())
        entry = decoder.index.next(after: entry)
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try element().isNil else { return false }
        return try take { _ in true }
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.bool() } }

    mutating func decode(_ type: String.Type) throws -> String { try take { try $0.string() } }

    mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.double() } }

    mutating func decode(_ type: Float.Type) throws -> Float { try take { try $0.float() } }

    mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.integer(type) } }

    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { try $0.integer(type) } }

    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { try $0.integer(type) } }

    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { try $0.integer(type) } }

    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { try $0.integer(type) } }

    mutating func decode(_ type: UInt.Type) throws -> UInt { try take { try $0.integer(type) } }

    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { try $0.integer(type) } }

    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        try take { try $0.integer(type) }
    }

    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        try take { try $0.integer(type) }
    }

    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        try take { try $0.integer(type) }
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try take { try $0.decode(type) }
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try take { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try take { $0 } }
}
