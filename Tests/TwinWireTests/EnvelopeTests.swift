import Msgpack
import Testing
import TwinCore
import TwinWire

/// The second frame of every message: seven things, and a sentence for each that is wrong.
struct EnvelopeTests {
    static let full = Envelope(
        kind: .request, type: .ping, requestID: .max, remainingMilliseconds: 5_000,
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        source: Envelope.Source(instance: "server-b", startNumber: 3))

    @Test(
        "an envelope comes back as it went, with and without what may be absent",
        arguments: [full, Envelope(kind: .event, type: .placement, requestID: 0)])
    func roundTrip(_ envelope: Envelope) throws {
        #expect(try Envelope(envelope.packed.span) == envelope)
    }

    @Test("every type and kind is read by the word and number it is written with")
    func words() throws {
        for type in MessageType.allCases {
            for kind: Envelope.Kind in [.request, .reply, .event, .beat] {
                let envelope = Envelope(kind: kind, type: type, requestID: 1)
                #expect(try Envelope(envelope.packed.span) == envelope)
            }
        }
    }

    @Test("a reply has the request's id and trace, and its own source")
    func reply() {
        let source = Envelope.Source(instance: "rack-a", startNumber: 9)
        let reply = Self.full.reply(.refused, from: source)
        #expect(reply.kind == .reply && reply.type == .refused && reply.source == source)
        #expect(reply.requestID == .max && reply.traceparent == Self.full.traceparent)
        #expect(reply.remainingMilliseconds == nil)
    }

    @Test("who asks is read from every whole envelope, and nothing from any part before its id")
    func asked() {
        let packed = Self.full.packed
        #expect(AskedEnvelope(packed.span)?.requestID == .max)
        // Version, kind and `Ping` are 7 bytes, the array's header is one, this id is nine.
        for length in 0..<17 {
            #expect(AskedEnvelope(packed.span.extracting(..<length)) == nil, "\(length) bytes")
        }
    }

    @Test("the longest envelope there is stays within its limit")
    func longest() throws {
        let longest = Envelope(
            kind: .request, type: .getUnhealthyRacks, requestID: .max,
            remainingMilliseconds: .max,
            traceparent: String(repeating: "t", count: Limits.keyBytesMax),
            source: Envelope.Source(
                instance: String(repeating: "n", count: Limits.instanceNameBytesMax),
                startNumber: .max))
        #expect(longest.packed.count < Limits.envelopeBytesMax)
        #expect(try Envelope(longest.packed.span) == longest)
    }

    @Test("a time left beyond 32 bits counts as the longest one")
    func longTime() throws {
        var fields = Self.fields
        fields[4] = .uint(.max)
        let envelope = try Envelope(MsgpackValue.array(fields).packed().span)
        #expect(envelope.remainingMilliseconds == .max)
    }

    @Test("fields that a later version appends are skipped")
    func appended() throws {
        let fields = Self.fields + [.map(["new": .array([.int(1)])]), .nil]
        #expect(
            try Envelope(MsgpackValue.array(fields).packed().span)
                == Envelope(kind: .request, type: .ping, requestID: 7))
    }

    static let fields: [MsgpackValue] = [
        .int(1), .int(0), .string("Ping"), .int(7), .nil, .nil, .nil,
    ]

    /// One wrong envelope and how its refusal reads.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let code: Refusal.Code
        let sentence: String
        var testDescription: String { sentence }

        init(_ bytes: [UInt8], _ code: Refusal.Code, _ sentence: String) {
            self.bytes = bytes
            self.code = code
            self.sentence = sentence
        }

        /// The good envelope with one field replaced.
        init(
            field: Int, _ value: MsgpackValue, _ code: Refusal.Code = .invalid, sentence: String
        ) {
            var fields = EnvelopeTests.fields
            fields[field] = value
            self.init(MsgpackValue.array(fields).packed(), code, sentence)
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            field: 0, .int(2), .unsupportedVersion,
            sentence: "envelope: protocol version 2 is not spoken here"),
        Mistake(
            field: 1, .int(4),
            sentence: "envelope: wanted kind 0 (request), 1 (reply), 2 (event) or 3 (beat), "
                + "found 4"),
        Mistake(
            field: 1, .int(256),
            sentence: "envelope: wanted kind 0 (request), 1 (reply), 2 (event) or 3 (beat), "
                + "found 256"),
        Mistake(field: 2, .string("Pong"), sentence: "envelope: message type \"Pong\" is unknown"),
        Mistake(
            field: 2, .string(String(repeating: "P", count: 65)),
            sentence: "envelope: wanted string of at most 64 bytes, found string of 65 bytes, "
                + "at offset 3"),
        Mistake(
            field: 3, .string("7"),
            sentence: "envelope: wanted integer, found string of 1 bytes, at offset 8"),
        Mistake(
            field: 3, .int(-1),
            sentence: "envelope: wanted integer from 0 to 18446744073709551615, "
                + "found integer -1, at offset 8"),
        Mistake(
            field: 6, .array([.string("server-b")]),
            sentence: "envelope: wanted source [instance, start number]"),
        Mistake([], .invalid, "envelope: wanted array, found the end, at offset 0"),
        Mistake([0x80], .invalid, "envelope: wanted array, found map of 0 pairs, at offset 0"),
        Mistake([0x93, 1, 0, 0], .invalid, "envelope: wanted an array of 7, found 3"),
        Mistake(
            MsgpackValue.array(fields + Array(repeating: .nil, count: 10)).packed(), .invalid,
            "envelope: wanted array of at most 16, found array of 17 items, at offset 0"),
        Mistake(
            MsgpackValue.array(fields).packed() + [0xc0], .invalid,
            "envelope: wanted the end, found 1 more bytes, at offset 12"),
        Mistake(
            Array(repeating: 0x97, count: Limits.envelopeBytesMax + 1), .tooLarge,
            "envelope: wanted at most 512 bytes, found 513"),
    ]

    @Test("a wrong envelope is refused with what was wanted, found and where", arguments: mistakes)
    func refusal(_ mistake: Mistake) {
        do throws(Refusal) {
            _ = try Envelope(mistake.bytes.span)
            Issue.record("it was read")
        } catch {
            #expect(error.code == mistake.code)
            #expect(error.message == mistake.sentence)
        }
    }
}
