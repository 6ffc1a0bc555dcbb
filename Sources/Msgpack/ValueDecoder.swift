/// The `Decoder` that a value reads itself from: one entry of an index.
struct ValueDecoder: Decoder {
    let index: ValueIndex
    let entry: Int

    var codingPath: [any CodingKey] { index.path(to: entry) }

    var userInfo: [CodingUserInfoKey: Any] { index.userInfo }

    /// Decodes this entry as any type; `[UInt8]` from `bin`.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if Bytes.isType(type) { return try bytes(as: type) }
        guard MemoryLayout<Value>.size >= SelfPackingLimits.bytesMin,
            let unpacking = type as? any SelfUnpacking.Type
        else { return try Value(from: self) }
        return try unpacked(by: unpacking)
    }

    /// Lets the type read this entry itself, or as any other when its bytes have another form.
    private func unpacked<Value: Decodable, Unpacked: SelfUnpacking>(
        by type: Unpacked.Type
    ) throws -> Value {
        if let value = index.unpacked(entry, by: type, as: Value.self) { return value }
        return try Value(from: self)
    }

    /// Kept out of `decode`: room for an optional of any type makes every call ask the runtime for
    /// that type.
    @inline(never)
    private func bytes<Value: Decodable>(as type: Value.Type) throws -> Value {
        let data = try read { unpacker throws(MsgpackError) in
            try unpacker.readBinBytes(maxBytes: .max)
        }
        if let data = data as? Value { return data }
        return try Value(from: self)
    }

    /// Reads this entry as a scalar.
    func read<Value>(
        _ read: (inout Unpacker) throws(MsgpackError) -> Value
    ) throws(MsgpackError) -> Value {
        try index.read(entry, read)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedEntries(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try UnkeyedEntries(self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        SingleEntry(decoder: self)
    }
}

/// The scalars of all three containers: a decoder each, and what it reads.
extension ValueDecoder {
    var isNil: Bool { index.kind(of: entry) == .nil }

    func bool() throws(MsgpackError) -> Bool {
        try read { unpacker throws(MsgpackError) in try unpacker.readBool() }
    }

    func string() throws(MsgpackError) -> String {
        try read { unpacker throws(MsgpackError) in try unpacker.readString(maxBytes: .max) }
    }

    func double() throws(MsgpackError) -> Double {
        try read { unpacker throws(MsgpackError) in try unpacker.readDouble() }
    }

    func float() throws(MsgpackError) -> Float {
        try read { unpacker throws(MsgpackError) in try unpacker.readFloat() }
    }

    func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(MsgpackError) -> Integer {
        try read { unpacker throws(MsgpackError) in try unpacker.readInteger(type) }
    }
}

/// A value without a container.
private struct SingleEntry: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.isNil }
    func decode(_ type: Bool.Type) throws -> Bool { try decoder.bool() }
    func decode(_ type: String.Type) throws -> String { try decoder.string() }
    func decode(_ type: Double.Type) throws -> Double { try decoder.double() }
    func decode(_ type: Float.Type) throws -> Float { try decoder.float() }
    func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decode(type) }
}
