/// The packed bytes of one value under construction, and which values inside of it are open.
///
/// Every value is written once, in its place: the header of an array or a map is one byte until
/// the value ends and its size is known. Only a container that is asked for by itself, to be
/// filled later, has bytes of its own; they are put in their place when the value around it ends.
struct OpenValues {
    enum Shape { case undecided, single, array, map }

    /// How the value around it names a value.
    enum Step {
        /// It stands for that value itself.
        case none
        case index(Int)
        case key(any CodingKey)
    }

    /// What a value without a key is for the value around it.
    enum Role { case element, whole }

    private struct OpenValue {
        let type: Any.Type
        /// A dictionary or a set is one reference.
        let isOneWord: Bool
        let step: Step
        /// Containers around this value.
        let depth: Int
        /// Where its first byte is.
        let start: Int
        var shape = Shape.undecided
        /// Values, or pairs of a map.
        var count = 0
        /// Where each pair begins; nil unless they will be sorted.
        var pairOffsets: [Int]?
        /// Containers that are filled later, with their places.
        var pending: [(offset: Int, stream: EncodedStream)] = []
    }

    private var packer: Packer
    /// From the outermost to the one being written.
    private var open: [OpenValue] = []
    private var pathAround: [any CodingKey] = []
    /// The first mistake; some `Encoder` methods cannot throw it.
    private var refusal: MsgpackError?

    init(_ packer: Packer) { self.packer = packer }

    mutating func giveBack(to packer: inout Packer) {
        packer = self.packer
        self.packer = Packer()
    }

    // MARK: values

    /// Begins the outermost value; returns its index.
    mutating func begin<Value>(_ type: Value.Type) -> Int {
        open.append(
            OpenValue(
                type: type, isOneWord: Self.isOneWord(type), step: .none, depth: 0,
                start: packer.count))
        return 0
    }

    private static func isOneWord<Value>(_: Value.Type) -> Bool {
        MemoryLayout<Value>.size == MemoryLayout<Int>.size
    }

    /// Begins a value of an open array or single value; returns its index.
    mutating func begin<Value>(
        _ type: Value.Type, in index: Int, as role: Role
    ) throws -> Int {
        try require(isWritten(index))
        let count = open[index].count
        open[index].count = count + 1
        let step: Step = role == .element ? .index(count) : .none
        return try begin(type, Self.isOneWord(type), step, inside: open[index].depth)
    }

    /// Begins a pair of an open map, its key written; returns the value's index.
    mutating func begin<Value>(
        _ type: Value.Type, in index: Int, for key: some CodingKey
    ) throws -> Int {
        try require(isWritten(index))
        appendKey(key, in: index)
        return try begin(type, Self.isOneWord(type), .key(key), inside: open[index].depth)
    }

    private mutating func begin(
        _ type: Any.Type, _ isOneWord: Bool, _ step: Step, inside depth: Int
    ) throws -> Int {
        let depth = if case .none = step { depth } else { depth + 1 }
        guard depth <= MsgpackLimits.depthMax else {
            fail(
                MsgpackError(
                    .tooDeep, wanted: "at most \(MsgpackLimits.depthMax) nested containers",
                    found: "\(type)", offset: 0,
                    path: (path(of: open.count - 1) + [step.key].compactMap(\.self)).joined))
            try require(false)
            return open.count
        }
        open.append(
            OpenValue(
                type: type, isOneWord: isOneWord, step: step, depth: depth, start: packer.count))
        return open.count - 1
    }

    /// Makes an open value an array, a map or a single value: once, or the same again.
    mutating func take(_ shape: Shape, in index: Int) {
        guard isWritten(index) else { return }
        guard open[index].shape == .undecided else {
            guard open[index].shape != shape || shape == .single else { return }
            return refuse(
                "one \(open[index].shape)", "a value that encodes itself twice", at: index)
        }
        open[index].shape = shape
        guard shape != .single else { return }
        packer.beginContainer()
        guard open[index].isOneWord, open[index].type is any HashOrdered.Type else { return }
        open[index].pairOffsets = []
        if shape == .array {
            refuse(
                "a collection with an order", "a set, or a dictionary without string keys",
                at: index)
        }
    }

    /// Appends a scalar to an open array or single value.
    mutating func append(in index: Int, _ pack: (inout Packer) -> Void) {
        guard isWritten(index) else { return }
        open[index].count += 1
        pack(&packer)
    }

    /// Appends a pair of an open map.
    mutating func append(
        in index: Int, for key: some CodingKey, _ pack: (inout Packer) -> Void
    ) {
        guard isWritten(index) else { return }
        appendKey(key, in: index)
        pack(&packer)
    }

    private mutating func appendKey(_ key: some CodingKey, in index: Int) {
        open[index].pairOffsets?.append(packer.count)
        open[index].count += 1
        packer.packString(key.stringValue)
    }

    // MARK: containers that are filled later

    /// The values of a container inside of the open value `index`.
    func later(_ shape: Shape, in index: Int, as step: Step) -> OpenValues {
        var values = OpenValues(Packer())
        values.pathAround = path(of: index) + [step.key].compactMap(\.self)
        let depth = open.indices.contains(index) ? open[index].depth + 1 : 0
        values.open.append(
            OpenValue(type: Never.self, isOneWord: false, step: .none, depth: depth, start: 0))
        if shape != .undecided { values.take(shape, in: 0) }
        return values
    }

    mutating func appendPending(_ stream: EncodedStream, in index: Int) {
        guard isWritten(index) else { return }
        open[index].count += 1
        open[index].pending.append((packer.count, stream))
    }

    mutating func appendPending(
        _ stream: EncodedStream, in index: Int, for key: some CodingKey
    ) {
        guard isWritten(index) else { return }
        appendKey(key, in: index)
        open[index].pending.append((packer.count, stream))
    }

    /// The bytes of a container that was filled later.
    mutating func closed() throws -> [UInt8] {
        try end()
        return packer.bytes
    }

    // MARK: the end of a value

    /// Ends the value being written: its size is known, its header is completed.
    mutating func end() throws {
        try require(refusal == nil)
        let value = open.removeLast()
        // From the last to the first: the places before one stay where they are.
        for (offset, stream) in value.pending.reversed() {
            packer.insert(try stream.closed(), at: offset)
        }
        switch value.shape {
        case .array: packer.endArray(at: value.start, count: value.count)
        case .map:
            if let offsets = value.pairOffsets { packer.sortPairs(from: offsets) }
            packer.endMap(at: value.start, count: value.count)
        case .single, .undecided:
            guard value.count != 1 else { return }
            fail(
                MsgpackError(
                    .notEncodable, wanted: "a value", found: "one that encoded nothing",
                    offset: 0,
                    path: (path(of: open.count - 1) + [value.step.key].compactMap(\.self)).joined))
            try require(false)
        }
    }

    // MARK: questions and mistakes

    /// Values of the open value `index` so far.
    func count(of index: Int) -> Int { open.indices.contains(index) ? open[index].count : 0 }

    /// Keys and indices from the outermost value to the open value `index`.
    func path(of index: Int) -> [any CodingKey] {
        pathAround + open.prefix(index + 1).compactMap(\.step.key)
    }

    mutating func fail(_ mistake: MsgpackError) {
        if refusal == nil { refusal = mistake }
    }

    /// True for the value being written: those around it wait until it ends, and a value that has
    /// ended takes nothing more. Anything else is refused.
    private mutating func isWritten(_ index: Int) -> Bool {
        guard index != open.count - 1 else { return true }
        refuse("values written one after another", "one inside of another", at: index)
        return false
    }

    private mutating func refuse(_ wanted: String, _ found: String, at index: Int) {
        fail(
            MsgpackError(
                .notEncodable, wanted: wanted, found: found, offset: 0,
                path: path(of: index).joined))
    }

    private func require(_ isFine: Bool) throws {
        guard !isFine else { return }
        throw refusal
            ?? MsgpackError(
                .notEncodable, wanted: "a value", found: "none", offset: 0)
    }
}

extension OpenValues.Step {
    var key: (any CodingKey)? {
        switch self {
        case .none: nil
        case .index(let index): IndexKey(index)
        case .key(let key): key
        }
    }
}
