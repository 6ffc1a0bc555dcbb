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
        if let type = Self.selfPacking(Value.self) {
            values.append(in: index) { Self.pack(value, as: type, into: &$0) }
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
        if let type = Self.selfPacking(Value.self) {
            return values.append(in: index) { Self.pack(value, as: type, into: &$0) }
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
        if let type = Self.selfPacking(Value.self) {
            return values.append(in: index, for: key) { Self.pack(value, as: type, into: &$0) }
        }
        try write(value, to: values.begin(Value.self, in: index, for: key))
    }

    /// The type when it packs itself; asking costs as much as packing some numbers.
    private static func selfPacking<Value: Encodable>(
        _ type: Value.Type
    ) -> (any SelfPacking.Type)? {
        guard MemoryLayout<Value>.size >= SelfPackingLimits.bytesMin else { return nil }
        return type as? any SelfPacking.Type
    }

    /// Packs a value where it lies: `Packed` is the type `Value`, found to pack itself. Cast as any
    /// other, a large value would be copied with all that it refers to.
    private static func pack<Value, Packed: SelfPacking>(
        _ value: Value, as type: Packed.Type, into packer: inout Packer
    ) {
        unsafe withUnsafeBytes(of: value) { bytes in
            unsafe bytes.assumingMemoryBound(to: type).baseAddress?.pointee.pack(into: &packer)
        }
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
