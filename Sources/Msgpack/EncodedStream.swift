/// Where the values of one encoding are written: shared by all the containers they are given.
///
/// Each call is one access to the state, which lives in a structure: checking accesses one by one
/// would cost more than the writing.
final class EncodedStream {
    private var values: OpenValues

    /// Takes `packer` over, to write behind what it holds; `finish` gives it back.
    init(behind packer: inout Packer) {
        values = OpenValues(packer)
        packer = Packer()
    }

    private init(_ values: OpenValues) { self.values = values }

    /// Gives the packer back as it is.
    func finish(into packer: inout Packer) { values.giveBack(to: &packer) }

    /// Writes the outermost value.
    func encode<Value: Encodable>(_ value: Value) throws {
        let index = values.begin(Value.self)
        if let data = Bytes.of(value) {
            values.append(in: index) { $0.packBin(data) }
            return try values.end()
        }
        if let value = Self.selfPacking(value) {
            values.append(in: index) { value.pack(into: &$0) }
            return try values.end()
        }
        try write(value, to: index)
    }

    /// Writes a value of the open array or single value `index`.
    func encode<Value: Encodable>(
        _ value: Value, in index: Int, as role: OpenValues.Role
    ) throws {
        if let data = Bytes.of(value) {
            return values.append(in: index) { $0.packBin(data) }
        }
        if let value = Self.selfPacking(value) {
            return values.append(in: index) { value.pack(into: &$0) }
        }
        try write(value, to: values.begin(Value.self, in: index, as: role))
    }

    /// Writes a pair of the open map `index`.
    func encode<Value: Encodable>(
        _ value: Value, in index: Int, for key: some CodingKey
    ) throws {
        if let data = Bytes.of(value) {
            return values.append(in: index, for: key) { $0.packBin(data) }
        }
        if let value = Self.selfPacking(value) {
            return values.append(in: index, for: key) { value.pack(into: &$0) }
        }
        try write(value, to: values.begin(Value.self, in: index, for: key))
    }

    /// The value when its type packs itself; asking costs as much as packing some numbers.
    private static func selfPacking<Value: Encodable>(_ value: Value) -> (any SelfPacking)? {
        guard MemoryLayout<Value>.size >= SelfPackingLimits.bytesMin,
            Value.self is any SelfPacking.Type
        else { return nil }
        return value as? any SelfPacking
    }

    private func write<Value: Encodable>(_ value: Value, to index: Int) throws {
        do {
            try value.encode(to: ValueEncoder(stream: self, index: index))
            try values.end()
        } catch {
            // What is written of it stays in the bytes: nobody may go on without it.
            values.fail(MsgpackError(encoding: error))
            throw error
        }
    }

    func append(in index: Int, _ pack: (inout Packer) -> Void) {
        values.append(in: index, pack)
    }

    func append(in index: Int, for key: some CodingKey, _ pack: (inout Packer) -> Void) {
        values.append(in: index, for: key, pack)
    }

    func take(_ shape: OpenValues.Shape, in index: Int) { values.take(shape, in: index) }

    /// Appends a container that is filled later.
    func appendPending(_ shape: OpenValues.Shape, in index: Int) -> EncodedStream {
        let child = EncodedStream(values.later(shape, in: index, as: .index(count(of: index))))
        values.appendPending(child, in: index)
        return child
    }

    func appendPending(
        _ shape: OpenValues.Shape, in index: Int, for key: some CodingKey
    ) -> EncodedStream {
        let child = EncodedStream(values.later(shape, in: index, as: .key(key)))
        values.appendPending(child, in: index, for: key)
        return child
    }

    /// The bytes of a container that was filled later.
    func closed() throws -> [UInt8] { try values.closed() }

    func count(of index: Int) -> Int { values.count(of: index) }

    func path(of index: Int) -> [any CodingKey] { values.path(of: index) }
}
