/// A map being decoded: looked through for each key while it is small, else by a table.
struct KeyedEntries<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: ValueDecoder
    private let pairCount: Int
    /// The entry of each key's value; nil for a map of at most `scannedMax` pairs.
    private let table: [String: Int]?

    /// Keys that an error names.
    private static var keysNamedMax: Int { 20 }
    /// Comparing so many keys is faster than hashing them.
    private static var scannedMax: Int { 16 }

    init(_ decoder: ValueDecoder) throws(MsgpackError) {
        self.decoder = decoder
        pairCount = try decoder.read { unpacker throws(MsgpackError) in
            try unpacker.readMapHeader()
        }
        guard pairCount > Self.scannedMax else {
            table = nil
            try requireUniqueKeys()
            return
        }
        var table: [String: Int] = [:]
        table.reserveCapacity(pairCount)
        var entry = decoder.entry + 1
        for _ in 0..<pairCount {
            let key = try decoder.index.read(entry) { unpacker throws(MsgpackError) in
                try unpacker.readString(maxBytes: .max)
            }
            let value = decoder.index.next(after: entry)
            guard table.updateValue(value, forKey: key) == nil else {
                throw Self.twice(key, entry, in: decoder)
            }
            entry = decoder.index.next(after: value)
        }
        self.table = table
    }

    /// Checks that all keys of a small map are strings and different.
    private func requireUniqueKeys() throws(MsgpackError) {
        let index = decoder.index
        let first = decoder.entry + 1
        var entry = first
        for _ in 0..<pairCount {
            try index.read(entry) { unpacker throws(MsgpackError) in try unpacker.checkString() }
            var earlier = first
            while earlier < entry {
                guard !index.areEqualStrings(earlier, entry) else {
                    let key = try index.read(entry) { unpacker throws(MsgpackError) in
                        try unpacker.readString(maxBytes: .max)
                    }
                    throw Self.twice(key, entry, in: decoder)
                }
                earlier = index.next(after: index.next(after: earlier))
            }
            entry = index.next(after: index.next(after: entry))
        }
    }

    private static func twice(
        _ key: String, _ entry: Int, in decoder: ValueDecoder
    ) -> MsgpackError {
        MsgpackError(
            .duplicateKey, wanted: "each key once", found: "\(key) again",
            offset: decoder.index.offset(of: entry), path: decoder.codingPath.joined)
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] { keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { entry(of: key) != nil }

    /// In the order of the bytes. They were read before: each is a string.
    private var keys: [String] {
        var keys: [String] = []
        var entry = decoder.entry + 1
        for _ in 0..<pairCount {
            keys.append(decoder.index.text(of: entry))
            entry = decoder.index.next(after: decoder.index.next(after: entry))
        }
        return keys
    }

    /// The entry of a key's value; nil without such a key.
    private func entry(of key: some CodingKey) -> Int? {
        if let table { return table[key.stringValue] }
        let index = decoder.index
        var text = key.stringValue
        return text.withUTF8 { utf8 in
            var entry = decoder.entry + 1
            for _ in 0..<pairCount {
                let value = index.next(after: entry)
                if unsafe index.isString(entry, equalTo: utf8) { return value }
                entry = index.next(after: value)
            }
            return nil
        }
    }

    private func value(_ key: some CodingKey) throws(MsgpackError) -> ValueDecoder {
        guard let entry = entry(of: key) else {
            throw MsgpackError(
                .missingKey, wanted: "key \(key.stringValue)",
                found: pairCount == 0
                    ? "an empty map"
                    : "keys \(keys.prefix(Self.keysNamedMax).joined(separator: ", "))",
                offset: decoder.index.offset(of: decoder.entry),
                path: (codingPath + [key]).joined)
        }
        return ValueDecoder(index: decoder.index, entry: entry)
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
