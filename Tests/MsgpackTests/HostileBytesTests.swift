import Msgpack
import Testing

/// What a peer may send: never a crash, never more memory than its bytes justify.
@Suite struct HostileBytesTests {
    static let examples: [MsgpackValue] = [
        .nil, .int(-5), .uint(.max), .double(0.1), .string("rack/dc1-r07"), .bin([1, 2, 3]),
        .array([.int(1), .array([.bool(true), .nil]), .string("ä")]),
        .map([
            "at": .int(1_700_000_000_000),
            "metrics": .map(["cpu": .double(0.5), "fan": .nil]),
            "labels": .array([.string("a"), .string(String(repeating: "b", count: 300))]),
        ]),
    ]

    @Test("Every prefix of a value is an error", arguments: examples)
    func prefixes(example: MsgpackValue) throws {
        let bytes = example.packed()
        for length in 0..<bytes.count {
            let prefix = Array(bytes[..<length])
            #expect(throws: MsgpackError.self) { try MsgpackValue(unpacking: prefix.span) }
            var unpacker = Unpacker(prefix.span)
            #expect(throws: MsgpackError.self) { try unpacker.skipValue() }
        }
        #expect(try MsgpackValue(unpacking: bytes.span) == example)
    }

    @Test("Every single changed byte is an error or a value", arguments: examples)
    func changes(example: MsgpackValue) {
        let original = example.packed()
        for position in original.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = original
                bytes[position] = byte
                do throws(MsgpackError) {
                    let value = try MsgpackValue(unpacking: bytes.span)
                    // A value must be one that we could have meant, so it packs again.
                    #expect(!value.packed().isEmpty)
                } catch {
                    #expect(error.offset <= bytes.count)
                }
            }
        }
    }

    @Test(
        "A declared length beyond the bytes is refused at its header, whatever reads it",
        arguments: [
            [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff],
            [0xdb, 0xff, 0xff, 0xff, 0xff], [0xc6, 0xff, 0xff, 0xff, 0xff],
            [0xc9, 0xff, 0xff, 0xff, 0xff], [0xc9, 0xff, 0xff, 0xff, 0xfe], [0xdc, 0xff, 0xff],
            [0xde, 0x00, 0x01, 0xc0],
        ] as [[UInt8]])
    func hugeLengths(header: [UInt8]) {
        let bytes = [0x92, 0xc0] + header
        do throws(MsgpackError) {
            _ = try MsgpackValue(unpacking: bytes.span)
            Issue.record("\(bytes) was read")
        } catch {
            #expect(error.kind == .truncated || error.kind == .malformed)
            #expect(error.offset == 2)
        }
        var unpacker = Unpacker(header.span)
        #expect(throws: MsgpackError.self) { try unpacker.readArrayHeader() }
        #expect(throws: MsgpackError.self) { try unpacker.readMapHeader() }
        #expect(throws: MsgpackError.self) { _ = try unpacker.readStringBytes() }
        #expect(throws: MsgpackError.self) { _ = try unpacker.readBin() }
        #expect(throws: MsgpackError.self) { try MsgpackDecoder.decode([Int].self, from: header) }
        #expect(throws: MsgpackError.self) { try MsgpackDecoder.decode(String.self, from: header) }
    }

    @Test("A declared length that is refused says how many bytes there are")
    func sentence() {
        let error = failure([0xdb, 0, 0, 1, 0, 0x61]) { u throws(MsgpackError) in
            try u.readString(maxBytes: 1000)
        }
        #expect(
            error?.description
                == "wanted a string of 256 bytes from offset 5, found 1 bytes, at offset 0")
    }

    @Test(
        "Thirty-two nested containers are read, thirty-three refused", arguments: [32, 33, 10_000])
    func nesting(depth: Int) throws {
        for opening: [UInt8] in [[0x91], [0x81, 0xc0]] {
            let bytes = [[UInt8]](repeating: opening, count: depth).flatMap(\.self) + [0xc0]
            if depth <= MsgpackLimits.depthMax {
                _ = try MsgpackValue(unpacking: bytes.span)
            } else {
                do throws(MsgpackError) {
                    _ = try MsgpackValue(unpacking: bytes.span)
                    Issue.record("\(depth) nested containers were read")
                } catch {
                    #expect(error.kind == .tooDeep && error.offset == 32 * opening.count)
                }
            }
        }
    }

    @Test("More items or bytes than the limits allow are refused before anything is built")
    func limits() {
        let bytes = MsgpackValue.array([.int(1), .int(2), .int(3)]).packed()
        for (items, size, allowed) in [(4, 4, true), (3, 4, false), (4, 3, false)] {
            let limits = MsgpackLimits(itemsMax: items, bytesMax: size)
            if allowed {
                #expect(throws: Never.self) {
                    _ = try MsgpackValue(unpacking: bytes.span, limits: limits)
                    _ = try MsgpackDecoder.decode([Int].self, from: bytes, limits: limits)
                }
            } else {
                #expect(throws: MsgpackError.self) {
                    try MsgpackValue(unpacking: bytes.span, limits: limits)
                }
                #expect(throws: MsgpackError.self) {
                    try MsgpackDecoder.decode([Int].self, from: bytes, limits: limits)
                }
            }
        }
    }
}

extension HostileBytesTests {
    @Test("An error quotes little of what a peer sent")
    func quoting() {
        let long = String(repeating: "k", count: 100_000)
        let value = MsgpackValue.map([long: .string(long)])
        do throws(MsgpackError) {
            _ = try MsgpackDecoder.decode([String: Int].self, from: value.packed())
            Issue.record("a string was decoded as a number")
        } catch {
            #expect(error.kind == .wrongKind)
            #expect(error.description.utf8.count < 1000)
        }
    }
}
