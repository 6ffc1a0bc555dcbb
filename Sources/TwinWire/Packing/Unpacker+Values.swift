internal import Msgpack
internal import TwinCore

/// The small values of rows and statuses, each from the bytes that `Packer+Values` gives.
extension Unpacker {
    mutating func readText() throws(MsgpackError) -> String {
        try readString(maxBytes: .max)
    }

    mutating func readOptionalText() throws(MsgpackError) -> String? {
        readNilIfPresent() ? nil : try readText()
    }

    /// A pair of a map; nil when the next one has another key.
    mutating func readText(
        ifPresent key: StaticString, _ found: inout Int
    ) throws(MsgpackError) -> String? {
        guard takeKey(key) else { return nil }
        found += 1
        return try readText()
    }

    mutating func readKey() throws(MsgpackError) -> TwinKey {
        let text = try readStringBytes(maxBytes: Limits.keyBytesMax)
        do throws(AddressError) {
            return try TwinKey(bytes: [UInt8](copying: text))
        } catch {
            throw unlike("a key", "\(error)")
        }
    }

    mutating func readAddress() throws(MsgpackError) -> TwinAddress {
        let text = try readText()
        do throws(AddressError) {
            return try TwinAddress(text)
        } catch {
            throw unlike("an address", "\(error)")
        }
    }

    mutating func readInstance() throws(MsgpackError) -> InstanceName {
        let text = try readText()
        do throws(AddressError) {
            return try InstanceName(text)
        } catch {
            throw unlike("the name of an instance", "\(error)")
        }
    }

    private func unlike(_ wanted: String, _ found: String) -> MsgpackError {
        MsgpackError(.invalidValue, wanted: wanted, found: found, offset: offset)
    }

    mutating func readUInt16() throws(MsgpackError) -> UInt16 { try readInteger(UInt16.self) }

    mutating func readUInt32() throws(MsgpackError) -> UInt32 { try readInteger(UInt32.self) }

    mutating func readInt() throws(MsgpackError) -> Int { Int(try readInt64()) }

    mutating func readTimestamp() throws(MsgpackError) -> Timestamp {
        Timestamp(milliseconds: try readInt64())
    }

    mutating func readElapsed() throws(MsgpackError) -> Elapsed {
        Elapsed(milliseconds: try readInt64())
    }

    mutating func readEpoch() throws(MsgpackError) -> Epoch { Epoch(rawValue: try readUInt32()) }

    mutating func readVersion() throws(MsgpackError) -> Version {
        try expectMap(of: 2)
        try expectKey("epoch")
        let epoch = try readEpoch()
        try expectKey("position")
        return Version(epoch: epoch, position: Position(rawValue: try readUInt64()))
    }

    mutating func readOnset() throws(MsgpackError) -> CorrelationOnset {
        try expectMap(of: 2)
        try expectKey("arrival")
        let arrival = try readElapsed()
        try expectKey("wall")
        return CorrelationOnset(arrival: arrival, wall: try readTimestamp())
    }

    mutating func readShards() throws(MsgpackError) -> ShardSet {
        var shards = ShardSet()
        for _ in 0..<(try readArrayHeader()) { shards.insert(try readUInt16()) }
        return shards
    }

    /// The value that a step made of what was read; nil is refused.
    func known<Value>(_ value: Value?) throws(MsgpackError) -> Value {
        guard let value else { throw unlike("a word or number of ours", "another") }
        return value
    }

    /// An array of at most `max` values that read themselves.
    mutating func readArray<Value: SelfUnpacking>(
        of type: Value.Type, atMost max: Int = .max
    ) throws(MsgpackError) -> [Value] {
        let count = try readArrayHeader(max: max)
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try Value(unpacking: &self)) }
        return values
    }

    /// An array of values of which there are few: mostly none.
    mutating func readRareArray<Value: Decodable>(
        of type: Value.Type, atMost max: Int = .max
    ) throws(MsgpackError) -> [Value] {
        let count = try readArrayHeader(max: max)
        var values: [Value] = []
        for _ in 0..<count { values.append(try readRare(type)) }
        return values
    }
}
