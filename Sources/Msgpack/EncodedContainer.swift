/// One value under construction: what it holds, packed, until its size is known and its header can
/// be written before it.
final class EncodedContainer {
    enum Shape { case undecided, single, array, map }

    private(set) var shape = Shape.undecided
    /// Values, or pairs of a map.
    private(set) var count = 0
    /// True for what iterates in hash order; its pairs are sorted when emitted.
    private let isHashOrdered: Bool
    private var contents = Packer()
    /// Where in `contents` each pair begins. Kept only when they will be sorted.
    private var pairOffsets: [Int] = []
    /// Containers that were asked for by themselves and are filled later, with their places.
    private var pending: [(offset: Int, container: EncodedContainer)] = []
    /// The first mistake that an `Encoder` method could not throw.
    private var refusal: MsgpackError?

    init(isHashOrdered: Bool = false) {
        self.isHashOrdered = isHashOrdered
    }

    /// Makes this value an array, a map or a single value: once, or the same again.
    func take(_ shape: Shape, at path: [any CodingKey]) {
        if isHashOrdered, shape == .array {
            refuse("a collection with an order", "a set, or a dictionary without string keys", path)
        } else if self.shape == .undecided {
            self.shape = shape
        } else if self.shape != shape || shape == .single {
            refuse("one \(self.shape)", "a value that encodes itself twice", path)
        }
    }

    private func refuse(_ wanted: String, _ found: String, _ path: [any CodingKey]) {
        guard refusal == nil else { return }
        refusal = MsgpackError(
            .notEncodable, wanted: wanted, found: found, offset: 0, path: path.joined)
    }

    /// Begins a pair of a map: the value is what is appended next.
    func appendKey(_ key: some CodingKey) {
        if isHashOrdered { pairOffsets.append(contents.count) }
        contents.packString(key.stringValue)
        count += 1
    }

    /// Appends a scalar.
    func append(_ pack: (inout Packer) -> Void) {
        if shape != .map { count += 1 }
        pack(&contents)
    }

    /// Appends any value, whole.
    func append<Value: Encodable>(
        _ value: Value, at path: [any CodingKey], depth: Int
    ) throws {
        // The type is compared first: an empty array of anything converts to `[UInt8]`.
        if Value.self == [UInt8].self, let data = value as? [UInt8] {
            append { $0.packBin(data) }
            return
        }
        guard depth <= MsgpackLimits.depthMax else {
            throw MsgpackError(
                .tooDeep, wanted: "at most \(MsgpackLimits.depthMax) nested containers",
                found: "\(Value.self)", offset: 0, path: path.joined)
        }
        let child = EncodedContainer(isHashOrdered: value is any HashOrdered)
        try value.encode(to: ValueEncoder(container: child, codingPath: path, depth: depth))
        if shape != .map { count += 1 }
        try child.emit(into: &contents, at: path)
    }

    /// Appends a container that is filled later.
    func appendPending(_ shape: Shape, at path: [any CodingKey]) -> EncodedContainer {
        if self.shape != .map { count += 1 }
        let child = EncodedContainer()
        if shape != .undecided { child.take(shape, at: path) }
        pending.append((contents.count, child))
        return child
    }

    /// Writes header and contents.
    private func emit(into packer: inout Packer, at path: [any CodingKey]) throws {
        if let refusal { throw refusal }
        switch shape {
        case .array: packer.packArrayHeader(count)
        case .map: packer.packMapHeader(count)
        case .single, .undecided:
            guard count == 1 else {
                throw MsgpackError(
                    .notEncodable, wanted: "a value", found: "one that encoded nothing", offset: 0,
                    path: path.joined)
            }
        }
        try emitContents(into: &packer)
    }

    /// Writes what was appended, every later filled container in its place.
    func emitContents(into packer: inout Packer) throws {
        guard pairOffsets.isEmpty else {
            emitSortedPairs(into: &packer)
            return
        }
        let bytes = contents.bytes
        var written = 0
        for (offset, container) in pending {
            packer.packRaw(bytes.span.extracting(written..<offset))
            written = offset
            try container.emit(into: &packer, at: [])
        }
        packer.packRaw(bytes.span.extracting(written..<bytes.count))
    }

    /// Writes a dictionary's pairs in the order of their packed keys. A packed key begins with its
    /// length, so shorter keys come first: an order, and the same in every process.
    private func emitSortedPairs(into packer: inout Packer) {
        let bytes = contents.bytes
        let ends = pairOffsets.dropFirst() + [bytes.count]
        let pairs = zip(pairOffsets, ends).map { bytes[$0..<$1] }
        for pair in pairs.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            packer.packRaw(pair.span)
        }
    }
}
