import Msgpack
import Testing

/// The bytes that packing writes.
func packed(_ pack: (inout Packer) -> Void) -> [UInt8] {
    var packer = Packer()
    pack(&packer)
    return packer.bytes
}

@Suite struct PackerTests {
    @Test("Every number is packed in its shortest form, as the specification's tables say")
    func shortest() {
        let examples: [(Int64, [UInt8])] = [
            (0, [0x00]), (127, [0x7f]), (128, [0xcc, 0x80]), (255, [0xcc, 0xff]),
            (256, [0xcd, 0x01, 0x00]), (65_535, [0xcd, 0xff, 0xff]),
            (65_536, [0xce, 0, 1, 0, 0]), (4_294_967_295, [0xce, 0xff, 0xff, 0xff, 0xff]),
            (4_294_967_296, [0xcf, 0, 0, 0, 1, 0, 0, 0, 0]),
            (-1, [0xff]), (-32, [0xe0]), (-33, [0xd0, 0xdf]), (-128, [0xd0, 0x80]),
            (-129, [0xd1, 0xff, 0x7f]), (-32_768, [0xd1, 0x80, 0x00]),
            (-32_769, [0xd2, 0xff, 0xff, 0x7f, 0xff]),
            (-2_147_483_649, [0xd3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]),
        ]
        for (number, bytes) in examples {
            #expect(packed { $0.packInt(number) } == bytes)
        }
        #expect(packed { $0.packUInt(UInt64.max) } == [0xcf] + [UInt8](repeating: 0xff, count: 8))
    }

    @Test("Nil, booleans and floats have their fixed forms")
    func fixed() {
        #expect(packed { $0.packNil() } == [0xc0])
        #expect(packed { $0.packBool(false) } == [0xc2])
        #expect(packed { $0.packBool(true) } == [0xc3])
        #expect(packed { $0.packFloat(1.5) } == [0xca, 0x3f, 0xc0, 0, 0])
        #expect(packed { $0.packDouble(1.5) } == [0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0])
    }

    @Test(
        "Strings, binaries, arrays and maps have the header of their length",
        arguments: [
            (0, [0xa0], [0xc4, 0], [0x90], [0x80]),
            (15, [0xaf], [0xc4, 15], [0x9f], [0x8f]),
            (16, [0xb0], [0xc4, 16], [0xdc, 0, 16], [0xde, 0, 16]),
            (31, [0xbf], [0xc4, 31], [0xdc, 0, 31], [0xde, 0, 31]),
            (32, [0xd9, 32], [0xc4, 32], [0xdc, 0, 32], [0xde, 0, 32]),
            (255, [0xd9, 255], [0xc4, 255], [0xdc, 0, 255], [0xde, 0, 255]),
            (256, [0xda, 1, 0], [0xc5, 1, 0], [0xdc, 1, 0], [0xde, 1, 0]),
            (65_535, [0xda, 255, 255], [0xc5, 255, 255], [0xdc, 255, 255], [0xde, 255, 255]),
            (
                65_536, [0xdb, 0, 1, 0, 0], [0xc6, 0, 1, 0, 0], [0xdd, 0, 1, 0, 0],
                [0xdf, 0, 1, 0, 0]
            ),
        ] as [(Int, [UInt8], [UInt8], [UInt8], [UInt8])])
    func headers(count: Int, string: [UInt8], binary: [UInt8], array: [UInt8], map: [UInt8]) {
        let body = [UInt8](repeating: 0x61, count: count)
        #expect(packed { $0.packString(String(decoding: body, as: UTF8.self)) } == string + body)
        #expect(packed { $0.packString(utf8: body.span) } == string + body)
        #expect(packed { $0.packBin(body) } == binary + body)
        #expect(packed { $0.packBin(body.span) } == binary + body)
        #expect(
            packed {
                $0.packBinHeader(count: count)
                $0.packRaw(body)
            } == binary + body)
        #expect(packed { $0.packArrayHeader(count) } == array)
        #expect(packed { $0.packMapHeader(count) } == map)
    }

    @Test("A used packer begins again where it began, and a key is a string")
    func reuse() {
        var packer = Packer(capacity: 64)
        packer.packKey("at")
        #expect(packer.bytes == [0xa2, 0x61, 0x74])
        packer.removeAll()
        #expect(packer.isEmpty)
        packer.packRaw([0xc0].span)
        #expect(packer.bytes == [0xc0] && packer.count == 1)
    }
}
