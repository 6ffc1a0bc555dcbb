/// A value that reads the form in which it packs itself: the way back of `SelfPacking`, for the
/// few types of which thousands arrive or are recovered.
///
/// It reads exactly what `pack(into:)` writes, the keys in that order, with all the bounds of its
/// `Decodable` form. Whatever it refuses is read by that form then, which knows every other order
/// and says what is wrong; a test compares the two. Asked only of types of
/// `SelfPackingLimits.bytesMin` bytes and more inside of others.
package protocol SelfUnpacking: Decodable {
    init(unpacking unpacker: inout Unpacker) throws(MsgpackError)
}

extension Unpacker {
    private static let fixstr: UInt8 = 0xA0
    private static let fixstrMax = 0x1F

    /// Moves past the next value and says so when it is exactly this key of a map, of at most 31
    /// bytes; before anything else the cursor stays.
    package mutating func takeKey(_ key: StaticString) -> Bool {
        let count = key.utf8CodeUnitCount
        let first = offset + 1
        guard count <= Self.fixstrMax, remainingCount > count,
            isNext(Self.fixstr | UInt8(count), key)
        else { return false }
        advance(to: first + count)
        return true
    }

    /// Moves past the next value, which must be this key.
    package mutating func expectKey(_ key: StaticString) throws(MsgpackError) {
        try expect(takeKey(key))
    }

    /// Moves past the header of a map of exactly so many pairs.
    package mutating func expectMap(of count: Int) throws(MsgpackError) {
        try expect(try readMapHeader() == count)
    }

    /// Moves past the header of an array of exactly so many values.
    package mutating func expectArray(of count: Int) throws(MsgpackError) {
        try expect(try readArrayHeader() == count)
    }

    /// Refuses a form in which something is not as `SelfPacking` writes it.
    package func expect(_ isSo: Bool) throws(MsgpackError) {
        guard isSo else { throw MsgpackError.otherForm(at: offset) }
    }

    /// Reads a value of which there are few.
    package mutating func readRare<Value: Decodable>(
        _ type: Value.Type
    ) throws(MsgpackError) -> Value {
        let start = offset
        try skipValue()
        return try MsgpackDecoder.decode(type, from: read(since: start))
    }
}

extension MsgpackError {
    /// What is not as `SelfPacking` writes it.
    package static func otherForm(at offset: Int) -> MsgpackError {
        MsgpackError(
            .wrongKind, wanted: "the form that is packed here", found: "another", offset: offset)
    }
}

extension SelfUnpacking {
    /// Reads the one value that `bytes` holds; nil when they have another form.
    static func unpacked(_ bytes: Span<UInt8>) -> Self? {
        var unpacker = Unpacker(bytes)
        do throws(MsgpackError) {
            let value = try Self(unpacking: &unpacker)
            try unpacker.expectEnd()
            return value
        } catch {
            // The `Decodable` form is asked next, and says what is wrong with them.
            return nil
        }
    }

    /// Reads the value at `offset`, and no other than `type`, which is this very type.
    static func unpacked<Value>(_ bytes: Span<UInt8>, at offset: Int, as type: Value.Type) -> Value?
    {
        var unpacker = Unpacker(bytes, at: offset)
        do throws(MsgpackError) {
            return try Self(unpacking: &unpacker) as? Value
        } catch {
            return nil
        }
    }
}
