/// A map being decoded: its keys, each with the entry of its value.
struct KeyedEntries<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: ValueDecoder
    private var entries: [String: Int] = [:]
    /// In the order of the bytes.
    private var keys: [String] = []

    init(_ decoder: ValueDecoder) throws(MsgpackError) {
        self.decoder = decoder
        let pairs = try decoder.read { unpacker throws(MsgpackError) in
            try unpacker.readMapHeader()
        }
        let index = decoder.index
        var entry = decoder.entry + 1
        for _ in 0..<pairs {
            let key = try index.read(entry, at: decoder.codingPath) {
                unpacker throws(MsgpackError) in
                try unpacker.readString(maxBytes: .max)
            }
            let value = index.next(after: entry)
            guard entries.updateValue(value, forKey: key) == nil else {
                throw MsgpackError(
                    .duplicateKey, wanted: "each key once", found: "\(key) again",
                    offset: index.offset(of: entry), path: decoder.codingPath.joined)
            }
            keys.append(key)
            entry = index.next(after: value)
        }
    }

    /// Keys that an error names.
    private static var keysNamedMax: Int { 20 }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] { keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { entries[key.stringValue] != nil }

    private func value(_ key: some CodingKey) throws(MsgpackError) -> ValueDecoder {
        let path = codingPath + [key]
        guard let entry = entries[key.stringValue] else {
            throw MsgpackError(
                .missingKey, wanted: "key \(key.stringValue)",
                found: keys.isEmpty
                    ? "an empty map"
                    : "keys \(keys.prefix(Self.keysNamedMax).joined(separator: ", "))",
                offset: decoder.index.offset(of: decoder.entry), path: path.joined)
        }
        return ValueDecoder(index: decoder.index, entry: entry, codingPath: path)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try value(key).isNil }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).bool() }

    func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).string() }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).double() }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).float() }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try value(key).integer(type) }

    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try value(key).integer(type) }

    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try value(key).integer(type)
    }

    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try value(key).integer(type)
    }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try value(key).integer(type)
    }

    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try value(key).integer(type) }

    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try value(key).integer(type)
    }

    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try value(key).integer(type)
    }

    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try value(key).integer(type)
    }

    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try value(key).integer(type)
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try value(key).decode(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try value(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try value(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try value(SuperKey()) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}
