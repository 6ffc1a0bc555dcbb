internal import CMsgpack

/// Packs msgpack values, one after another, into a buffer that it keeps from message to message.
///
/// Every number and header has its shortest form; all but those of one byte are written by
/// msgpack-c's packer. A container is
/// its header followed by as many values (pairs) as the header says; the caller keeps that promise.
/// Packing allocates only when the buffer grows. A length of 4 GiB or more traps.
package struct Packer: Sendable {
    /// What has been packed since the last `removeAll`.
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Forgets what was packed and keeps the buffer for the next message.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func packNil() {
        bytes.append(Packer.nilByte)
    }

    package mutating func packBool(_ value: Bool) {
        append(value ? twin_msgpack_pack_true() : twin_msgpack_pack_false())
    }

    /// Packs any integer of at most 64 bits.
    package mutating func packInt(_ value: Int64) {
        if packSmall(UInt64(bitPattern: value)) { return }
        append(twin_msgpack_pack_int64(value))
    }

    package mutating func packInt(_ value: Int) {
        append(twin_msgpack_pack_int64(Int64(value)))
    }

    package mutating func packUInt(_ value: UInt64) {
        if packSmall(value) { return }
        append(twin_msgpack_pack_uint64(value))
    }

    package mutating func packUInt(_ value: UInt) {
        append(twin_msgpack_pack_uint64(UInt64(value)))
    }

    /// Packs a *positive fixint*, one byte that is its own value; false when it is none.
    private mutating func packSmall(_ value: UInt64) -> Bool {
        guard value <= Packer.fixintMax else { return false }
        bytes.append(UInt8(truncatingIfNeeded: value))
        return true
    }

    // The one-byte forms that reports are full of; all others are msgpack-c's.
    private static let fixintMax: UInt64 = 0x7F
    private static let fixarray: UInt8 = 0x90
    private static let fixarrayMax = 0x0F
    private static let nilByte: UInt8 = 0xC0

    /// Packs a `float 32`, its bits unchanged.
    package mutating func packFloat(_ value: Float) {
        append(twin_msgpack_pack_float(value))
    }

    /// Packs a `float 64`, its bits unchanged.
    package mutating func packDouble(_ value: Double) {
        append(twin_msgpack_pack_double(value))
    }

    package mutating func packString(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            append(twin_msgpack_pack_str(UInt32(utf8.count)))
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    /// Packs a string that is UTF-8 already, such as a key in its wire form. Not checked here.
    package mutating func packString(utf8: Span<UInt8>) {
        append(twin_msgpack_pack_str(UInt32(utf8.count)))
        packRaw(utf8)
    }

    /// Packs a literal, such as a field's name, straight from the executable's constants.
    package mutating func packKey(_ key: StaticString) {
        key.withUTF8Buffer { utf8 in
            append(twin_msgpack_pack_str(UInt32(utf8.count)))
            unsafe bytes.append(contentsOf: utf8)
        }
    }

    package mutating func packBin(_ data: Span<UInt8>) {
        append(twin_msgpack_pack_bin(UInt32(data.count)))
        packRaw(data)
    }

    package mutating func packBin(_ data: [UInt8]) {
        append(twin_msgpack_pack_bin(UInt32(data.count)))
        bytes.append(contentsOf: data)
    }

    /// Begins a `bin` whose `count` bytes the caller appends with `packRaw`, in as many parts as it
    /// likes.
    package mutating func packBinHeader(count: Int) {
        append(twin_msgpack_pack_bin(UInt32(count)))
    }

    /// Begins an array of `count` values.
    package mutating func packArrayHeader(_ count: Int) {
        guard count > Packer.fixarrayMax else {
            bytes.append(Packer.fixarray | UInt8(count))
            return
        }
        append(twin_msgpack_pack_array(UInt32(count)))
    }

    /// Begins a map of `count` pairs: key, value, key, value.
    package mutating func packMapHeader(_ count: Int) {
        append(twin_msgpack_pack_map(UInt32(count)))
    }

    /// Appends bytes as they are: values packed before, or the body of a begun `bin`.
    package mutating func packRaw(_ packed: Span<UInt8>) {
        unsafe packed.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends the bytes behind a span as they lie in memory.
    package mutating func packRaw(_ packed: RawSpan) {
        unsafe packed.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func packRaw(_ packed: [UInt8]) {
        bytes.append(contentsOf: packed)
    }

    // MARK: containers whose size is known at their end

    /// Begins an array or a map at `count`: its header is written by `endArray` or `endMap`.
    mutating func beginContainer() {
        bytes.append(0)
    }

    /// Writes the header of the array that was begun at `offset` and holds all bytes behind it.
    mutating func endArray(at offset: Int, count: Int) {
        replaceHeader(at: offset, twin_msgpack_pack_array(UInt32(count)))
    }

    /// Writes the header of the map that was begun at `offset` and holds all bytes behind it.
    mutating func endMap(at offset: Int, count: Int) {
        replaceHeader(at: offset, twin_msgpack_pack_map(UInt32(count)))
    }

    /// Sorts the last bytes, pairs of a map that begin at `offsets`, in the order of their packed
    /// keys. A packed key begins with its length, so shorter keys come first: an order, and the
    /// same in every process.
    mutating func sortPairs(from offsets: [Int]) {
        guard let first = offsets.first else { return }
        let pairs = zip(offsets, offsets.dropFirst() + [bytes.count]).map { bytes[$0..<$1] }
        let sorted = pairs.sorted { $0.lexicographicallyPrecedes($1) }
        bytes.removeSubrange(first...)
        for pair in sorted { bytes.append(contentsOf: pair) }
    }

    mutating func insert(_ packed: [UInt8], at offset: Int) {
        bytes.insert(contentsOf: packed, at: offset)
    }

    /// Forgets all but the first `count` bytes.
    mutating func truncate(to count: Int) {
        bytes.removeSubrange(count...)
    }

    private mutating func replaceHeader(at offset: Int, _ head: twin_msgpack_head) {
        let count = Int(head.count)
        bytes[offset] = head.bytes.0
        guard count > 1 else { return }
        unsafe withUnsafeBytes(of: head.bytes) { written in
            unsafe bytes.insert(contentsOf: written[1..<count], at: offset + 1)
        }
    }

    private mutating func append(_ head: twin_msgpack_head) {
        let count = Int(head.count)
        // Most are small: a number below 128, a short text, a small container.
        guard count > 1 else { return bytes.append(head.bytes.0) }
        unsafe withUnsafeBytes(of: head.bytes) { written in
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: written[..<count]))
        }
    }
}
