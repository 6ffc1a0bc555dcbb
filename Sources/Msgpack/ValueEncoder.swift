/// The `Encoder` that a value writes itself to.
struct ValueEncoder: Encoder {
    let container: EncodedContainer
    let codingPath: [any CodingKey]
    /// Containers around this value.
    let depth: Int

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        container.take(.map, at: codingPath)
        return KeyedEncodingContainer(
            KeyedValues(container: container, codingPath: codingPath, depth: depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        container.take(.array, at: codingPath)
        return UnkeyedValues(container: container, codingPath: codingPath, depth: depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        container.take(.single, at: codingPath)
        return SingleValue(container: container, codingPath: codingPath, depth: depth)
    }
}

/// A map being written.
private struct KeyedValues<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let container: EncodedContainer
    let codingPath: [any CodingKey]
    let depth: Int

    private func append(_ key: Key, _ pack: (inout Packer) -> Void) {
        container.appendKey(key)
        container.append(pack)
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
        container.appendKey(key)
        try container.append(value, at: codingPath + [key], depth: depth + 1)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        KeyedEncodingContainer(
            KeyedValues<NestedKey>(
                container: pending(.map, key), codingPath: codingPath + [key], depth: depth + 1))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        UnkeyedValues(
            container: pending(.array, key), codingPath: codingPath + [key], depth: depth + 1)
    }

    func superEncoder() -> any Encoder { superEncoder(for: SuperKey()) }

    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(for: key) }

    private func superEncoder(for key: some CodingKey) -> any Encoder {
        ValueEncoder(
            container: pending(.undecided, key), codingPath: codingPath + [key], depth: depth + 1)
    }

    private func pending(
        _ shape: EncodedContainer.Shape, _ key: some CodingKey
    ) -> EncodedContainer {
        container.appendKey(key)
        return container.appendPending(shape, at: codingPath + [key])
    }
}

/// An array being written.
private struct UnkeyedValues: UnkeyedEncodingContainer {
    let container: EncodedContainer
    let codingPath: [any CodingKey]
    let depth: Int

    var count: Int { container.count }

    private var elementPath: [any CodingKey] { codingPath + [IndexKey(count)] }

    func encodeNil() { container.append { $0.packNil() } }
    func encode(_ value: Bool) { container.append { $0.packBool(value) } }
    func encode(_ value: String) { container.append { $0.packString(value) } }
    func encode(_ value: Double) { container.append { $0.packDouble(value) } }
    func encode(_ value: Float) { container.append { $0.packFloat(value) } }
    func encode(_ value: Int) { container.append { $0.packInt(value) } }
    func encode(_ value: Int8) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int16) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int32) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int64) { container.append { $0.packInt(value) } }
    func encode(_ value: UInt) { container.append { $0.packUInt(value) } }
    func encode(_ value: UInt8) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt16) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt32) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt64) { container.append { $0.packUInt(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        try container.append(value, at: elementPath, depth: depth + 1)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        let path = elementPath
        return KeyedEncodingContainer(
            KeyedValues<NestedKey>(
                container: container.appendPending(.map, at: path), codingPath: path,
                depth: depth + 1))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let path = elementPath
        return UnkeyedValues(
            container: container.appendPending(.array, at: path), codingPath: path,
            depth: depth + 1)
    }

    func superEncoder() -> any Encoder {
        let path = elementPath
        return ValueEncoder(
            container: container.appendPending(.undecided, at: path), codingPath: path,
            depth: depth + 1)
    }
}

/// A value that is written by itself, without a container.
private struct SingleValue: SingleValueEncodingContainer {
    let container: EncodedContainer
    let codingPath: [any CodingKey]
    let depth: Int

    func encodeNil() { container.append { $0.packNil() } }
    func encode(_ value: Bool) { container.append { $0.packBool(value) } }
    func encode(_ value: String) { container.append { $0.packString(value) } }
    func encode(_ value: Double) { container.append { $0.packDouble(value) } }
    func encode(_ value: Float) { container.append { $0.packFloat(value) } }
    func encode(_ value: Int) { container.append { $0.packInt(value) } }
    func encode(_ value: Int8) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int16) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int32) { container.append { $0.packInt(Int64(value)) } }
    func encode(_ value: Int64) { container.append { $0.packInt(value) } }
    func encode(_ value: UInt) { container.append { $0.packUInt(value) } }
    func encode(_ value: UInt8) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt16) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt32) { container.append { $0.packUInt(UInt64(value)) } }
    func encode(_ value: UInt64) { container.append { $0.packUInt(value) } }

    func encode<Value: Encodable>(_ value: Value) throws {
        try container.append(value, at: codingPath, depth: depth)
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
