import Msgpack
import Testing

private enum Severity: String, Codable { case warning, error }

private enum Condition: Codable, Hashable {
    case awaiting
    case gone(since: Int64)
    case moved(String, to: String)
}

private struct Reading: Codable, Hashable {
    var name: String
    var value: Float
    var worst: String?
}

private struct Status: Codable, Hashable {
    var key: String
    var epoch: UInt64
    var position: Int64
    var healthy: Bool
    var ratio: Double
    var severity: Severity?
    var condition: Condition
    var readings: [Reading]
    var labels: [String: String]
    var counts: [Int: UInt8]
    var digest: [UInt8]
    var parent: [Int?]

    static let example = Status(
        key: "dc1-r07", epoch: .max, position: .min, healthy: true, ratio: 0.1, severity: .error,
        condition: .moved("a", to: "b"),
        readings: [
            Reading(name: "cpu", value: 0.5, worst: nil),
            Reading(name: "disk", value: .infinity, worst: "nvme3n1"),
        ],
        labels: ["feed": "A", "zone": "2", "row": "7"], counts: [3: 1, -4: 2],
        digest: [0, 255, 7], parent: [nil, 5, nil])
}

/// Tells absent from null, as the protocol's documents do.
private struct Explicit: Codable, Equatable {
    var cause: String?

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if let cause {
            try container.encode(cause, forKey: .cause)
        } else {
            try container.encodeNil(forKey: .cause)
        }
    }
}

/// Fills two nested containers in turn.
private struct Interleaved: Encodable {
    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: IndexedKey.self)
        var first = outer.nestedUnkeyedContainer(forKey: "first")
        try outer.encode(1, forKey: "between")
        var second = outer.nestedContainer(keyedBy: IndexedKey.self, forKey: "second")
        try second.encode(true, forKey: "x")
        try first.encode(2)
        try first.encode("three")
    }
}

/// Its element writes to the array that it is an element of.
private struct Crossing: Encodable {
    private struct Inner: Encodable {
        let write: () throws -> Void
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try write()
            try container.encode(1)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        var same = container
        try container.encode(Inner { try same.encode(2) })
    }
}

/// Goes on after an element that has no packed form.
private struct Swallowing: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        do {
            try container.encode(Set([1]))
        } catch {
            try container.encode(1)
        }
    }
}

private struct IndexedKey: CodingKey, ExpressibleByStringLiteral {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringLiteral value: String) { stringValue = value }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

@Suite struct CodableTests {
    private func decodingError<Value: Decodable>(
        _ type: Value.Type, _ value: MsgpackValue
    ) -> MsgpackError? {
        do throws(MsgpackError) {
            _ = try MsgpackDecoder.decode(type, from: value.packed())
            Issue.record("\(value) was decoded")
            return nil
        } catch {
            return error
        }
    }

    @Test("A structure of everything comes back equal")
    func roundTrip() throws {
        let bytes = try MsgpackEncoder.encode(Status.example)
        #expect(try MsgpackDecoder.decode(Status.self, from: bytes) == .example)
        var other = Status.example
        other.severity = nil
        other.condition = .awaiting
        other.readings = []
        other.digest = []
        let otherBytes = try MsgpackEncoder.encode(other)
        #expect(try MsgpackDecoder.decode(Status.self, from: otherBytes) == other)
        let gone = [Condition.gone(since: -1)]
        #expect(
            try MsgpackDecoder.decode([Condition].self, from: MsgpackEncoder.encode(gone)) == gone)
    }

    @Test("A structure packs as a map of string keys, bytes as bin, floats as float 32")
    func shape() throws {
        let bytes = try MsgpackEncoder.encode(Status.example)
        let value = try MsgpackValue(unpacking: bytes.span)
        #expect(value["digest"] == .bin([0, 255, 7]))
        #expect(value["severity"] == .string("error"))
        #expect(value["parent"] == .array([.nil, .int(5), .nil]))
        #expect(value["epoch"] == .uint(.max))
        let reading = try MsgpackEncoder.encode(Reading(name: "a", value: 1, worst: nil))
        #expect(
            reading == [0x82] + [0xa4] + Array("name".utf8) + [0xa1, 0x61]
                + [0xa5] + Array("value".utf8) + [0xca, 0x3f, 0x80, 0, 0])
    }

    @Test("Scalars, optionals and nested arrays pack at the top level too")
    func topLevel() throws {
        #expect(try MsgpackEncoder.encode(5) == [5])
        #expect(try MsgpackEncoder.encode([UInt8]([1])) == [0xc4, 1, 1])
        #expect(try MsgpackEncoder.encode([[1], []]) == [0x92, 0x91, 1, 0x90])
        #expect(try MsgpackEncoder.encode(Int?.none) == [0xc0])
        #expect(try MsgpackDecoder.decode(Int?.self, from: [0xc0]) == nil)
        #expect(try MsgpackDecoder.decode([UInt8].self, from: [0xc4, 1, 1]) == [1])
        #expect(try MsgpackDecoder.decode(Double.self, from: [0x05]) == 5)
    }

    @Test("An explicit nil is written, and read like an absent key")
    func explicitNil() throws {
        let bytes = try MsgpackEncoder.encode(Explicit(cause: nil))
        #expect(bytes == [0x81, 0xa5] + Array("cause".utf8) + [0xc0])
        #expect(try MsgpackDecoder.decode(Explicit.self, from: bytes).cause == nil)
        #expect(try MsgpackDecoder.decode(Explicit.self, from: [0x80]).cause == nil)
    }

    @Test("Nested containers that are filled later stand where they were asked for")
    func interleaved() throws {
        let bytes = try MsgpackEncoder.encode(Interleaved())
        #expect(
            try MsgpackValue(unpacking: bytes.span)
                == .map([
                    "first": .array([.int(2), .string("three")]), "between": .int(1),
                    "second": .map(["x": .bool(true)]),
                ]))
    }

    @Test("A dictionary packs in the order of its keys, a collection without order not at all")
    func order() throws {
        let labels = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\(100 + $0)", $0) })
        let bytes = try MsgpackEncoder.encode(labels)
        guard case .map(let pairs) = try MsgpackValue(unpacking: bytes.span) else {
            Issue.record("a dictionary is no map")
            return
        }
        #expect(pairs.map(\.key) == (0..<50).map { .string("k\(100 + $0)") })
        #expect(throws: MsgpackError.self) { try MsgpackEncoder.encode(Set([1, 2])) }
        #expect(throws: MsgpackError.self) { try MsgpackEncoder.encode([[1]: 2]) }
    }

    @Test("Arrays and maps of any size inside of others pack as written one by one")
    func sizes() throws {
        for count in [0, 1, 15, 16, 17, 65_535, 65_536] {
            let array = Array(repeating: Array(repeating: true, count: count), count: 2)
            let bytes = try MsgpackEncoder.encode(["a": array])
            let expected = packed { packer in
                packer.packMapHeader(1)
                packer.packString("a")
                packer.packArrayHeader(2)
                for _ in 0..<2 {
                    packer.packArrayHeader(count)
                    for _ in 0..<count { packer.packBool(true) }
                }
            }
            #expect(bytes == expected, "\(count) values")
            let limits = MsgpackLimits(itemsMax: 2 * count + 5)
            #expect(
                try MsgpackDecoder.decode([String: [[Bool]]].self, from: bytes, limits: limits)
                    == ["a": array])
        }
        for count in [15, 16, 17, 300] {
            let map = Dictionary(uniqueKeysWithValues: (0..<count).map { ("k\($0)", $0) })
            let bytes = try MsgpackEncoder.encode([map, map])
            #expect(try MsgpackDecoder.decode([[String: Int]].self, from: bytes) == [map, map])
        }
    }

    @Test("A key that comes twice is refused in small and in large maps", arguments: [2, 16, 40])
    func doubleKeys(count: Int) {
        var pairs = (0..<count).map { MsgpackValue.Pair(.string("k\($0)"), .int(1)) }
        pairs[count - 1].key = .string("k0")
        let error = decodingError([String: Int].self, .map(pairs))
        #expect(error?.kind == .duplicateKey)
        #expect(error?.found == "k0 again")
    }

    @Test("A value that writes around one still open inside of it is refused")
    func crossing() throws {
        let error = #expect(throws: MsgpackError.self) {
            try MsgpackEncoder.encode(Crossing())
        }
        #expect(error?.wanted == "values written one after another")
    }

    @Test("What failed inside of a value fails it whole, even if its type goes on")
    func swallowed() {
        let error = #expect(throws: MsgpackError.self) {
            try MsgpackEncoder.encode(["a": Swallowing()])
        }
        #expect(error?.wanted == "a collection with an order")
        #expect(error?.path == "a.0")
    }

    @Test("Bytes alone, optional or inside of an array are bin")
    func bytes() throws {
        #expect(try MsgpackEncoder.encode([UInt8]([7])) == [0xc4, 1, 7])
        #expect(try MsgpackEncoder.encode([UInt8]?.some([7])) == [0xc4, 1, 7])
        #expect(try MsgpackEncoder.encode([[UInt8]([7])]) == [0x91, 0xc4, 1, 7])
    }

    @Test("A value that cannot be packed leaves the packer as it was")
    func unchanged() {
        var packer = Packer()
        packer.packInt(1)
        #expect(throws: MsgpackError.self) {
            try MsgpackEncoder.encode(["a": Set([1])], into: &packer)
        }
        #expect(packer.bytes == [1])
    }

    @Test("Unknown keys are ignored")
    func unknownKeys() throws {
        let value = MsgpackValue.map([
            "later": .array([.map(["deep": .nil])]), "name": .string("cpu"), "value": .int(1),
        ])
        #expect(
            try MsgpackDecoder.decode(Reading.self, from: value.packed())
                == Reading(name: "cpu", value: 1, worst: nil))
    }

    @Test("A missing key names its path, the keys that are there, and the map's offset")
    func missingKey() {
        let error = decodingError(
            [Reading].self, .array([.map(["name": .string("a"), "unit": .string("b")])]))
        #expect(
            error?.description
                == "0.value: wanted key value, found keys name, unit, at offset 1")
        #expect(error?.kind == .missingKey)
    }

    @Test("A value of the wrong kind names path, wanted, found and offset")
    func wrongKind() {
        let error = decodingError(
            [Reading].self, .array([.map(["name": .string("a"), "value": .string("b")])]))
        #expect(
            error?.description
                == "0.value: wanted number, found string of 1 bytes, at offset 15")
    }

    @Test("Numbers that do not fit, unknown cases, double keys and short arrays are refused")
    func refusals() {
        #expect(decodingError([Int8].self, .array([.int(200)]))?.kind == .outOfRange)
        #expect(decodingError(UInt.self, .int(-1))?.kind == .outOfRange)
        #expect(decodingError(Int.self, .double(1))?.kind == .wrongKind)
        #expect(decodingError([UInt8].self, .array([.int(1)]))?.kind == .wrongKind)
        let severity = decodingError([Severity].self, .array([.string("fatal")]))
        #expect(severity?.kind == .invalidValue && severity?.path == "0")
        let twice = MsgpackValue.map(["cause": .nil, "cause": .nil])
        #expect(decodingError(Explicit.self, twice)?.kind == .duplicateKey)
        #expect(
            decodingError([String: Int].self, .map([.init(.int(1), .int(2))]))?.kind == .wrongKind)
    }

    @Test("Every prefix is an error and every changed byte an error or a value")
    func hostile() throws {
        let original = try MsgpackEncoder.encode(Status.example)
        for length in 0..<original.count {
            #expect(throws: MsgpackError.self) {
                try MsgpackDecoder.decode(Status.self, from: Array(original[..<length]))
            }
        }
        for position in original.indices {
            for byte: UInt8 in [0x00, 0x7f, 0x80, 0x91, 0xc0, 0xc1, 0xd9, 0xdd, 0xdf, 0xff] {
                var bytes = original
                bytes[position] = byte
                do throws(MsgpackError) {
                    _ = try MsgpackDecoder.decode(Status.self, from: bytes)
                } catch {
                    #expect(error.offset <= bytes.count)
                }
            }
        }
    }
}
