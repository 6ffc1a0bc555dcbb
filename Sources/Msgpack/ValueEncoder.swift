/// The `Encoder` that a value writes itself to: one open value of a stream.
struct ValueEncoder: Encoder {
    let stream: EncodedStream
    let index: Int

    var codingPath: [any CodingKey] { stream.path(of: index) }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        stream.take(.map, in: index)
        return KeyedEncodingContainer(KeyedValues(stream: stream, index: index))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        stream.take(.array, in: index)
        return UnkeyedValues(stream: stream, index: index)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        stream.take(.single, in: index)
        return SingleValue(stream: stream, index: index)
    }
}

/// A map being written.
private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let stream: EncodedStream
    let index: Int

    var codingPath: [any CodingKey] { stream.path(of: index) }

    private func append(_ key: Key, _ pack: (inout Packer) -> Void) {
        stream.append(in: index, for: key, pack)
    }

    func encodeNil(forKey key: Key) { append(key) { $0.packNil() } }
    func encode(_ value: Bool, forKey key: Key) { append(key) { $0.packBool(value) } }
    func encode(_ value: String, forKey key: Key) { append(key) { $0.packString(value) } }
    func encode(_ value: Double, forKey key: Key) { append(key) { $0.packDouble(value) } }
    func encode(_ value: Float, forKey key: Key) { append(key) { $0.packFloat(value) } }
    func encode(_ value: Int, forKey key: Key) { append(key) { $0.packInt(value) } }
    func encode(_ value: Int8, forKey key: Key) { append(key) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int16, forKey key: Key) { append(key) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int32, forKey key: Key) { append(key) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int64, forKey key: Key) { append(key) { $0.packInt(value) } }
    func encode(_ value: UInt, forKey key: Key) { append(key) { $0.packUInt(value) } }
    func encode(_ value: UInt8, forKey key: Key) { append(key) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt16, forKey key: Key) { append(key) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt32, forKey key: Key) { append(key) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt64, forKey key: Key) { append(key) { $0.packUInt(value) } }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try stream.encode(value, in: index, for: key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(KeyedValues<NestedKey>(stream: pending(.map, key), index: 0))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        UnkeyedValues(stream: pending(.array, key), index: 0)
    }

    func superEncoder() -> any Encoder {
        ValueEncoder(stream: pending(.undecided, SuperKey()), index: 0)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(stream: pending(.undecided, key), index: 0)
    }

    private func pending(_ shape: OpenValues.Shape, _ key: some CodingKey) -> EncodedStream {
        stream.appendPending(shape, in: index, for: key)
    }
}

/// An array being written.
private struct UnkeyedValues: UnkeyedEncodingContainer {
    let stream: EncodedStream
    let index: Int

    var codingPath: [any CodingKey] { stream.path(of: index) }

    var count: Int { stream.count(of: index) }

    func encodeNil() { stream.append(in: index) { $0.packNil() } }
    func encode(_ value: Bool) { stream.append(in: index) { $0.packBool(value) } }
    func encode(_ value: String) { stream.append(in: index) { $0.packString(value) } }
    func encode(_ value: Double) { stream.append(in: index) { $0.packDouble(value) } }
    func encode(_ value: Float) { stream.append(in: index) { $0.packFloat(value) } }
    func encode(_ value: Int) { stream.append(in: index) { $0.packInt(value) } }
    func encode(_ value: Int8) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int16) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int32) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int64) { stream.append(in: index) { $0.packInt(value) } }
    func encode(_ value: UInt) { stream.append(in: index) { $0.packUInt(value) } }
    func encode(_ value: UInt8) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt16) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt32) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt64) { stream.append(in: index) { $0.packUInt(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        try stream.encode(value, in: index, as: .element)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(KeyedValues<NestedKey>(stream: pending(.map), index: 0))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedValues(stream: pending(.array), index: 0)
    }

    func superEncoder() -> any Encoder { ValueEncoder(stream: pending(.undecided), index: 0) }

    private func pending(_ shape: OpenValues.Shape) -> EncodedStream {
        stream.appendPending(shape, in: index)
    }
}

/// A value that is written by itself, without a container.
private struct SingleValue: SingleValueEncodingContainer {
    let stream: EncodedStream
    let index: Int

    var codingPath: [any CodingKey] { stream.path(of: index) }

    func encodeNil() { stream.append(in: index) { $0.packNil() } }
    func encode(_ value: Bool) { stream.append(in: index) { $0.packBool(value) } }
    func encode(_ value: String) { stream.append(in: index) { $0.packString(value) } }
    func encode(_ value: Double) { stream.append(in: index) { $0.packDouble(value) } }
    func encode(_ value: Float) { stream.append(in: index) { $0.packFloat(value) } }
    func encode(_ value: Int) { stream.append(in: index) { $0.packInt(value) } }
    func encode(_ value: Int8) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int16) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int32) { stream.append(in: index) { $0.packInt(Int64(value)) } }
    func encode(_ value: Int64) { stream.append(in: index) { $0.packInt(value) } }
    func encode(_ value: UInt) { stream.append(in: index) { $0.packUInt(value) } }
    func encode(_ value: UInt8) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt16) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt32) { stream.append(in: index) { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt64) { stream.append(in: index) { $0.packUInt(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        try stream.encode(value, in: index, as: .whole)
    }
}

/// The key under which a class packs what its superclass holds.
struct SuperKey: CodingKey {
    static let text = "super"

    init() {}

    init?(stringValue: String) {
        guard stringValue == Self.text else { return nil }
    }

    init?(intValue: Int) { return nil }

    var stringValue: String { Self.text }

    var intValue: Int? { nil }
}
