import Msgpack
import Testing

/// The error of a read that must fail, with the cursor where it stood.
func failure<Value>(
    _ bytes: [UInt8], _ read: (inout Unpacker) throws(MsgpackError) -> Value
) -> MsgpackError? {
    var unpacker = Unpacker(bytes.span)
    do throws(MsgpackError) {
        _ = try read(&unpacker)
        Issue.record("\(bytes) was read")
        return nil
    } catch {
        #expect(unpacker.offset == 0)
        return error
    }
}

@Suite struct UnpackerTests {
    static let boundaries: [Int64] = [
        0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, .max, -1, -32, -33,
        -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649, .min,
    ]

    @Test("Every integer comes back, and only into types that hold it", arguments: boundaries)
    func integers(number: Int64) throws {
        let bytes = packed { $0.packInt(number) }
        var unpacker = Unpacker(bytes.span)
        #expect(try unpacker.readInt64() == number)
        try unpacker.expectEnd()
        if number < 0 {
            let error = failure(bytes) { u throws(MsgpackError) in try u.readUInt64() }
            #expect(error?.kind == .outOfRange)
        } else {
            var unsigned = Unpacker(bytes.span)
            #expect(try unsigned.readUInt64() == UInt64(number))
        }
        if let fitting = UInt16(exactly: number) {
            var narrow = Unpacker(bytes.span)
            #expect(try narrow.readUInt16() == fitting)
            try narrow.expectEnd()
        } else {
            let error = failure(bytes) { u throws(MsgpackError) in try u.readUInt16() }
            #expect(error?.wanted == "integer from 0 to 65535")
        }
        if let fitting = UInt32(exactly: number) {
            var narrow = Unpacker(bytes.span)
            #expect(try narrow.readUInt32() == fitting)
            try narrow.expectEnd()
        } else {
            let error = failure(bytes) { u throws(MsgpackError) in try u.readUInt32() }
            #expect(error?.wanted == "integer from 0 to 4294967295")
        }
        for count in bytes.indices {
            let cut = Array(bytes.prefix(count))
            let signed = failure(cut) { u throws(MsgpackError) in try u.readInt64() }
            let unsigned = failure(cut) { u throws(MsgpackError) in try u.readUInt32() }
            #expect(signed?.kind == .truncated)
            #expect(unsigned?.kind == .truncated)
        }
        if Int16(exactly: number) == nil {
            let error = failure(bytes) { u throws(MsgpackError) in try u.readInteger(Int16.self) }
            #expect(error?.wanted == "integer from -32768 to 32767")
            #expect(error?.found == "integer \(number)")
        }
    }

    @Test("Integers that are packed longer than needed, or signed though positive, are read too")
    func longIntegers() throws {
        let forms: [[UInt8]] = [
            [0xcc, 5], [0xcd, 0, 5], [0xce, 0, 0, 0, 5], [0xcf, 0, 0, 0, 0, 0, 0, 0, 5], [0xd0, 5],
            [0xd1, 0, 5], [0xd2, 0, 0, 0, 5], [0xd3, 0, 0, 0, 0, 0, 0, 0, 5],
        ]
        for bytes in forms {
            var unpacker = Unpacker(bytes.span)
            #expect(try unpacker.readUInt64() == 5)
            try unpacker.expectEnd()
        }
    }

    @Test("Floats of both widths and integers are read as either width")
    func floats() throws {
        let forms = [
            packed { $0.packFloat(3) }, packed { $0.packDouble(3) }, packed { $0.packInt(3) },
        ]
        for bytes in forms {
            var double = Unpacker(bytes.span)
            #expect(try double.readDouble() == 3)
            var float = Unpacker(bytes.span)
            #expect(try float.readFloat() == 3)
        }
        let signalling = Float(nan: 1, signaling: false)
        let bytes = packed { $0.packFloat(signalling) }
        var unpacker = Unpacker(bytes.span)
        #expect(try unpacker.readFloat().bitPattern == signalling.bitPattern)
    }

    @Test(
        "Strings and binaries of every header size come back as views and copies",
        arguments: [0, 1, 31, 32, 255, 256, 65_535, 65_536])
    func bodies(count: Int) throws {
        let body = [UInt8](repeating: 0x62, count: count)
        let bytes = packed {
            $0.packString(utf8: body.span)
            $0.packBin(body)
        }
        var views = Unpacker(bytes.span)
        #expect([UInt8](copying: try views.readStringBytes(maxBytes: count)) == body)
        #expect([UInt8](copying: try views.readBin(maxBytes: count)) == body)
        try views.expectEnd()
        var copies = Unpacker(bytes.span)
        #expect(try copies.readString(maxBytes: count).utf8.count == count)
        #expect(try copies.readBinBytes(maxBytes: count) == body)
        if count > 0 {
            let error = failure(bytes) { u throws(MsgpackError) in
                try u.readString(maxBytes: count - 1)
            }
            #expect(error?.kind == .tooLong)
        }
    }

    @Test("A string that is not UTF-8 is refused where it begins")
    func invalidUTF8() {
        let error = failure([0xa2, 0xc3, 0x28]) { u throws(MsgpackError) in
            try u.readString(maxBytes: 10)
        }
        #expect(error?.kind == .invalidUTF8 && error?.offset == 1)
    }

    @Test("Kinds are told before reading, and another kind than wanted names both")
    func kinds() {
        let kinds: [(MsgpackKind?, [UInt8])] = [
            (.nil, [0xc0]), (.bool, [0xc2]), (.integer, [0xff]), (.float, [0xcb]),
            (.string, [0xd9]), (.binary, [0xc4]), (.array, [0xdc]), (.map, [0x81]),
            (.extension, [0xd4]), (nil, [0xc1]), (nil, []),
        ]
        for (kind, bytes) in kinds { #expect(Unpacker(bytes.span).peekKind == kind) }
        let error = failure([0x92, 1, 2]) { u throws(MsgpackError) in try u.readMapHeader() }
        #expect(error?.description == "wanted map, found array of 2 items, at offset 0")
    }

    @Test("Nil is consumed if present, and required if asked for")
    func nils() throws {
        let bytes: [UInt8] = [0xc0, 0xc3]
        var unpacker = Unpacker(bytes.span)
        let first = unpacker.readNilIfPresent()
        let second = unpacker.readNilIfPresent()
        #expect(first && !second)
        #expect(try unpacker.readBool())
        #expect(failure([0xc3]) { u throws(MsgpackError) in try u.readNil() }?.wanted == "nil")
        #expect(failure([]) { u throws(MsgpackError) in try u.readNil() }?.kind == .truncated)
    }

    @Test("More items than the caller allows are refused with both numbers")
    func tooMany() {
        let bytes = packed { $0.packArrayHeader(9) } + [UInt8](repeating: 0, count: 9)
        let error = failure(bytes) { u throws(MsgpackError) in try u.readArrayHeader(max: 8) }
        #expect(
            error?.description == "wanted array of at most 8, found array of 9 items, at offset 0")
    }

    @Test("Bytes after the value are refused")
    func trailing() throws {
        let bytes: [UInt8] = [0xc0, 0xc0, 0xc0]
        var unpacker = Unpacker(bytes.span)
        try unpacker.readNil()
        do throws(MsgpackError) {
            try unpacker.expectEnd()
            Issue.record("two bytes passed as the end")
        } catch {
            #expect(error.description == "wanted the end, found 2 more bytes, at offset 1")
        }
    }

    @Test("Skipping passes whole values, extensions included, and counts their items")
    func skipping() throws {
        let inner: [UInt8] = [0xd4, 1, 2, 0xc7, 3, 9, 1, 2, 3]
        let bytes: [UInt8] = [0x82, 0xa1, 0x61, 0x92] + inner + [0x01, 0x90, 0x05]
        var unpacker = Unpacker(bytes.span)
        #expect(try unpacker.skipValue() == 7)
        #expect(try unpacker.readInt64() == 5)
    }
}
