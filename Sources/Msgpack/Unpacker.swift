internal import CMsgpack

/// Reads msgpack values one after another from borrowed bytes that a peer wrote.
///
/// A cursor over msgpack-c's parser, stopped at every scalar and every header. Nothing is
/// allocated: strings and binaries are views into the bytes; arrays and maps are a count, after
/// which the caller reads so many values (pairs). A count is refused if the bytes left could not
/// hold it, so a loop over it is bounded by the input. After an error the cursor stands where it
/// stood before the call.
package struct Unpacker: ~Escapable {
    private let bytes: Span<UInt8>

    /// Bytes read so far: where the next value begins.
    package private(set) var offset: Int

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    package var isAtEnd: Bool { offset >= bytes.count }

    /// Bytes not read yet.
    package var remainingCount: Int { bytes.count - offset }

    /// Kind of the next value, which stays unread; nil at the end and before a byte that begins
    /// none.
    package var peekKind: MsgpackKind? {
        isAtEnd ? nil : MsgpackKind(firstByte: bytes[offset])
    }

    /// Refuses bytes after the value that was read.
    package func expectEnd() throws(MsgpackError) {
        guard isAtEnd else {
            throw MsgpackError(
                .trailingBytes, wanted: "the end", found: "\(remainingCount) more bytes",
                offset: offset)
        }
    }

    /// Consumes a nil and says so; any other value stays unread.
    package mutating func readNilIfPresent() -> Bool {
        guard peekKind == .nil else { return false }
        offset += 1
        return true
    }

    package mutating func readNil() throws(MsgpackError) {
        guard readNilIfPresent() else { throw try wrongKind("nil") }
    }

    package mutating func readBool() throws(MsgpackError) -> Bool {
        let item = try next(wanting: "bool")
        guard Int(item.kind) == TWIN_MSGPACK_BOOL else { throw wrongKind(item, "bool") }
        offset = item.next
        return item.bits != 0
    }

    package mutating func readInt64() throws(MsgpackError) -> Int64 {
        if let short = readShort(atMost: .max) { return Int64(short) }
        if let short = readShortNegative() { return Int64(short) }
        return try readInteger(Int64.self)
    }

    package mutating func readUInt64() throws(MsgpackError) -> UInt64 {
        if let short = readShort(atMost: .max) { return UInt64(short) }
        return try readInteger(UInt64.self)
    }

    /// The integers of a report: this module's own copies, because a generic one of another module
    /// looks its types up at each call.
    package mutating func readUInt8() throws(MsgpackError) -> UInt8 {
        if let small = readSmall() { return small }
        return try readInteger(UInt8.self)
    }

    package mutating func readUInt16() throws(MsgpackError) -> UInt16 {
        if let short = readShort(atMost: UInt32(UInt16.max)) { return UInt16(short) }
        return try readInteger(UInt16.self)
    }

    package mutating func readUInt32() throws(MsgpackError) -> UInt32 {
        if let short = readShort(atMost: .max) { return short }
        return try readInteger(UInt32.self)
    }

    /// Consumes a *positive fixint*, *uint 8*, *uint 16* or *uint 32* up to `max` that is whole;
    /// nil before anything else.
    private mutating func readShort(atMost max: UInt32) -> UInt32? {
        if let small = readSmall() { return UInt32(small) }
        guard offset < bytes.count, Unpacker.uint8...Unpacker.uint32 ~= bytes[offset] else {
            return nil
        }
        let width = 1 << Int(bytes[offset] - Unpacker.uint8)
        guard width < bytes.count - offset else { return nil }
        var value: UInt32 = 0
        for place in offset + 1...offset + width { value = value << 8 | UInt32(bytes[place]) }
        guard value <= max else { return nil }
        offset += 1 + width
        return value
    }

    /// Consumes a *negative fixint*, *int 8* or *int 16* that is whole; nil before anything else.
    private mutating func readShortNegative() -> Int16? {
        guard offset < bytes.count else { return nil }
        let head = bytes[offset]
        if head >= Unpacker.negativeFixintMin {
            offset += 1
            return Int16(Int8(bitPattern: head))
        }
        if head == Unpacker.int8, bytes.count - offset > 1 {
            defer { offset += 2 }
            return Int16(Int8(bitPattern: bytes[offset + 1]))
        }
        guard head == Unpacker.int16, bytes.count - offset > 2 else { return nil }
        defer { offset += 3 }
        return Int16(bitPattern: UInt16(bytes[offset + 1]) << 8 | UInt16(bytes[offset + 2]))
    }

    /// Consumes a *positive fixint*, one byte that is its own value; nil before anything else.
    private mutating func readSmall() -> UInt8? {
        guard offset < bytes.count, bytes[offset] <= Unpacker.fixintMax else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    private static let fixintMax: UInt8 = 0x7F
    private static let negativeFixintMin: UInt8 = 0xE0
    private static let uint8: UInt8 = 0xCC
    private static let uint32: UInt8 = 0xCE
    private static let int8: UInt8 = 0xD0
    private static let int16: UInt8 = 0xD1

    // MARK: the short forms
    //
    // A report is a *fixarray* of a *fixstr*, small integers and a *bin 8*. Their one head byte is
    // read here; all other forms, and whatever is wrong with these, are msgpack-c's.

    /// A head byte: its high bits say what it is, the low ones how long, or the next byte does.
    private struct Head {
        let byte: UInt8
        let lengthMask: UInt8
    }

    private static let fixarray = Head(byte: 0x90, lengthMask: 0x0F)
    private static let fixstr = Head(byte: 0xA0, lengthMask: 0x1F)
    private static let bin8 = Head(byte: 0xC4, lengthMask: 0)

    /// Where the body of the next value stands when it has this head, is short enough and whole.
    private func shortBody(_ head: Head, atMost max: Int) -> Range<Int>? {
        guard offset < bytes.count, bytes[offset] & ~head.lengthMask == head.byte else {
            return nil
        }
        var first = offset + 1
        var count = Int(bytes[offset] & head.lengthMask)
        if head.lengthMask == 0 {
            guard first < bytes.count else { return nil }
            count = Int(bytes[first])
            first += 1
        }
        guard count <= max, count <= bytes.count - first else { return nil }
        return first..<first + count
    }

    /// Consumes the head of a *fixarray* whose items the bytes left can hold; nil before anything
    /// else.
    private mutating func shortArray(atMost max: Int) -> Int? {
        guard offset < bytes.count,
            bytes[offset] & ~Unpacker.fixarray.lengthMask == Unpacker.fixarray.byte
        else { return nil }
        let count = Int(bytes[offset] & Unpacker.fixarray.lengthMask)
        guard count <= max, count < bytes.count - offset else { return nil }
        offset += 1
        return count
    }

    /// Reads an integer of any packed width that `Integer` can hold.
    @specialized(where Integer == UInt8)
    @specialized(where Integer == UInt16)
    @specialized(where Integer == UInt32)
    @specialized(where Integer == Int64)
    @specialized(where Integer == UInt64)
    package mutating func readInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(MsgpackError) -> Integer {
        let item = try next(wanting: "integer")
        let exact: Integer?
        switch Int(item.kind) {
        case TWIN_MSGPACK_UINT: exact = Integer(exactly: item.bits)
        case TWIN_MSGPACK_INT: exact = Integer(exactly: Int64(bitPattern: item.bits))
        default: throw wrongKind(item, "integer")
        }
        guard let exact else {
            throw MsgpackError(
                .outOfRange, wanted: "integer from \(Integer.min) to \(Integer.max)",
                found: describe(item), offset: offset)
        }
        offset = item.next
        return exact
    }

    /// Reads a number as a double. A `float 32` is exact; an integer beyond 2⁵³ is rounded.
    package mutating func readDouble() throws(MsgpackError) -> Double {
        let item = try next(wanting: "number")
        guard let number = number(item) else { throw wrongKind(item, "number") }
        offset = item.next
        return number
    }

    /// Reads a number as a float, rounded to nearest; beyond its range it becomes infinite.
    package mutating func readFloat() throws(MsgpackError) -> Float {
        let item = try next(wanting: "number")
        let value: Float
        if Int(item.kind) == TWIN_MSGPACK_FLOAT {
            value = Float(bitPattern: UInt32(truncatingIfNeeded: item.bits))
        } else if let number = number(item) {
            value = Float(number)
        } else {
            throw wrongKind(item, "number")
        }
        offset = item.next
        return value
    }

    /// Reads a string as a view into the bytes. Not checked to be UTF-8.
    @_lifetime(copy self)
    package mutating func readStringBytes(
        maxBytes: Int = .max
    ) throws(MsgpackError) -> Span<UInt8> {
        if let body = shortBody(Unpacker.fixstr, atMost: maxBytes) {
            offset = body.upperBound
            return bytes.extracting(body)
        }
        let item = try body(TWIN_MSGPACK_STR, "string", maxBytes: maxBytes)
        offset = item.next
        return bytes.extracting(item.body..<item.next)
    }

    /// Reads a string, checked to be UTF-8, of at most `maxBytes` bytes.
    package mutating func readString(maxBytes: Int) throws(MsgpackError) -> String {
        let item = try body(TWIN_MSGPACK_STR, "string", maxBytes: maxBytes)
        do {
            let text = bytes.extracting(item.body..<item.next)
            let string = String(copying: try UTF8Span(validating: text))
            offset = item.next
            return string
        } catch {
            throw invalidUTF8(item, error)
        }
    }

    /// Moves past a string; refuses what is none or no UTF-8.
    mutating func checkString() throws(MsgpackError) {
        let item = try body(TWIN_MSGPACK_STR, "string", maxBytes: .max)
        do {
            _ = try UTF8Span(validating: bytes.extracting(item.body..<item.next))
            offset = item.next
        } catch {
            throw invalidUTF8(item, error)
        }
    }

    /// Reads a binary as a view into the bytes.
    @_lifetime(copy self)
    package mutating func readBin(maxBytes: Int = .max) throws(MsgpackError) -> Span<UInt8> {
        if let body = shortBody(Unpacker.bin8, atMost: maxBytes) {
            offset = body.upperBound
            return bytes.extracting(body)
        }
        let item = try body(TWIN_MSGPACK_BIN, "binary", maxBytes: maxBytes)
        offset = item.next
        return bytes.extracting(item.body..<item.next)
    }

    /// Reads a binary of at most `maxBytes` bytes as a copy.
    package mutating func readBinBytes(maxBytes: Int) throws(MsgpackError) -> [UInt8] {
        [UInt8](copying: try readBin(maxBytes: maxBytes))
    }

    /// Reads the header of an array of at most `max` items, which follow.
    package mutating func readArrayHeader(max: Int = .max) throws(MsgpackError) -> Int {
        if let count = shortArray(atMost: max) { return count }
        return try header(TWIN_MSGPACK_ARRAY, "array", max: max)
    }

    /// Reads the header of a map of at most `max` pairs, which follow.
    package mutating func readMapHeader(max: Int = .max) throws(MsgpackError) -> Int {
        try header(TWIN_MSGPACK_MAP, "map", max: max)
    }
}

// MARK: - One step

extension Unpacker {
    /// Whether the next byte is `head` and those behind it are `text`, which the bytes can hold.
    func isNext(_ head: UInt8, _ text: StaticString) -> Bool {
        guard bytes[offset] == head else { return false }
        let body = bytes.extracting(offset + 1..<offset + 1 + text.utf8CodeUnitCount)
        return text.withUTF8Buffer { text in
            for place in text.indices where unsafe text[place] != body[place] { return false }
            return true
        }
    }

    /// Moves on to `next`, behind something that was looked at.
    mutating func advance(to next: Int) { offset = next }

    /// The bytes that were read since the cursor stood at `start`.
    @_lifetime(copy self)
    func read(since start: Int) -> Span<UInt8> { bytes.extracting(start..<offset) }

    /// The next scalar, body or header; the cursor does not move. Complete, or an error.
    func next(wanting wanted: @autoclosure () -> String) throws(MsgpackError) -> twin_msgpack_item {
        guard offset < bytes.count else {
            throw MsgpackError(.truncated, wanted: wanted(), found: "the end", offset: offset)
        }
        let position = offset
        let item = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe twin_msgpack_read(buffer.baseAddress, buffer.count, position)
        }
        switch Int(item.kind) {
        case TWIN_MSGPACK_TRUNCATED: throw truncated(item)
        case TWIN_MSGPACK_INVALID:
            throw MsgpackError(
                .malformed, wanted: wanted(),
                found: "byte \(bytes[position]), which begins no value",
                offset: position)
        default: return item
        }
    }

    /// The declared number of items or pairs, if the bytes left could hold them.
    func contained(_ item: twin_msgpack_item) throws(MsgpackError) -> Int {
        let left = bytes.count - item.next
        let isMap = Int(item.kind) == TWIN_MSGPACK_MAP
        let count = Int(item.length)
        guard (isMap ? 2 * count : count) <= left else {
            throw MsgpackError(
                .truncated, wanted: "at most as many items as the \(left) bytes left can hold",
                found: describe(item), offset: offset)
        }
        return count
    }

    /// Moves past an item that `next` returned.
    @_lifetime(self: copy self)
    mutating func advance(past item: twin_msgpack_item) {
        offset = item.next
    }

    /// The next string or binary; the cursor does not move.
    private func body(
        _ kind: Int, _ name: String, maxBytes: Int
    ) throws(MsgpackError) -> twin_msgpack_item {
        let item = try next(wanting: name)
        guard Int(item.kind) == kind else { throw wrongKind(item, name) }
        guard Int(item.length) <= maxBytes else {
            throw MsgpackError(
                .tooLong, wanted: "\(name) of at most \(maxBytes) bytes", found: describe(item),
                offset: offset)
        }
        return item
    }

    private mutating func header(
        _ kind: Int, _ name: String, max: Int
    ) throws(MsgpackError) -> Int {
        let item = try next(wanting: name)
        guard Int(item.kind) == kind else { throw wrongKind(item, name) }
        guard Int(item.length) <= max else {
            throw MsgpackError(
                .tooLong, wanted: "\(name) of at most \(max)", found: describe(item), offset: offset
            )
        }
        let count = try contained(item)
        offset = item.next
        return count
    }

    private func number(_ item: twin_msgpack_item) -> Double? {
        switch Int(item.kind) {
        case TWIN_MSGPACK_DOUBLE: Double(bitPattern: item.bits)
        case TWIN_MSGPACK_FLOAT: Double(Float(bitPattern: UInt32(truncatingIfNeeded: item.bits)))
        case TWIN_MSGPACK_UINT: Double(item.bits)
        case TWIN_MSGPACK_INT: Double(Int64(bitPattern: item.bits))
        default: nil
        }
    }
}

// MARK: - Saying what was found

extension Unpacker {
    func describe(_ item: twin_msgpack_item) -> String {
        switch Int(item.kind) {
        case TWIN_MSGPACK_NIL: "nil"
        case TWIN_MSGPACK_BOOL: item.bits == 0 ? "false" : "true"
        case TWIN_MSGPACK_UINT: "integer \(item.bits)"
        case TWIN_MSGPACK_INT: "integer \(Int64(bitPattern: item.bits))"
        case TWIN_MSGPACK_FLOAT, TWIN_MSGPACK_DOUBLE: "float"
        case TWIN_MSGPACK_STR: "string of \(item.length) bytes"
        case TWIN_MSGPACK_BIN: "binary of \(item.length) bytes"
        case TWIN_MSGPACK_ARRAY: "array of \(item.length) items"
        case TWIN_MSGPACK_MAP: "map of \(item.length) pairs"
        default: "extension of \(item.length) bytes"
        }
    }

    func wrongKind(_ item: twin_msgpack_item, _ wanted: String) -> MsgpackError {
        MsgpackError(.wrongKind, wanted: wanted, found: describe(item), offset: offset)
    }

    private func wrongKind(_ wanted: String) throws(MsgpackError) -> MsgpackError {
        wrongKind(try next(wanting: wanted), wanted)
    }

    private func invalidUTF8(
        _ item: twin_msgpack_item, _ mistake: UTF8.ValidationError
    ) -> MsgpackError {
        MsgpackError(
            .invalidUTF8, wanted: "UTF-8",
            found: "string of \(item.length) bytes with \(mistake)", offset: item.body)
    }

    private func truncated(_ item: twin_msgpack_item) -> MsgpackError {
        let name =
            switch Int(item.truncated_kind) {
            case TWIN_MSGPACK_STR: "a string of "
            case TWIN_MSGPACK_BIN: "a binary of "
            case TWIN_MSGPACK_EXT: "an extension of "
            default: ""
            }
        return MsgpackError(
            .truncated, wanted: "\(name)\(item.length) bytes from offset \(item.body)",
            found: "\(bytes.count - item.body) bytes", offset: offset)
    }
}
