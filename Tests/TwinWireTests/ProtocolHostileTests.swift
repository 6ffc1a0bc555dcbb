import Msgpack
import Testing
import TwinCore
import TwinWire

/// What becomes of the examples when bytes are lost or changed on their way: an error that is one
/// sentence, or a value that is within the limits; never a crash.
struct ProtocolHostileTests {
    /// What is built must be in proportion to the bytes: a number of one byte becomes one of nine,
    /// and a key that is absent is told as nil.
    private static func sizeMax(of bytes: [UInt8]) -> Int { bytes.count * 9 + 1_024 }

    private static func expectBounded(
        _ bytes: [UInt8], _ take: ([UInt8]) throws(Refusal) -> [UInt8]
    ) {
        do throws(Refusal) {
            let packed = try take(bytes)
            if packed.count > sizeMax(of: bytes) {
                Issue.record("\(bytes.count) bytes became \(packed.count)")
            }
        } catch {
            let isSentence = !error.message.isEmpty && error.message.utf8.count < 2_048
            if !isSentence { Issue.record("\(error)") }
        }
    }

    @Test("every prefix of an example is an error or a value", arguments: ProtocolExamples.all)
    func prefixes(_ example: ProtocolExample) {
        for length in 0..<example.payload.count {
            Self.expectBounded(Array(example.payload[..<length]), example.take)
        }
        let envelope = example.envelope.packed
        for length in 0..<envelope.count {
            #expect(throws: Refusal.self) { try Envelope(Array(envelope[..<length]).span) }
        }
    }

    @Test("every changed byte of a payload is an error or a value", arguments: ProtocolExamples.all)
    func changes(_ example: ProtocolExample) {
        var bytes = example.payload
        for position in bytes.indices {
            let original = bytes[position]
            for byte in Self.replacements(of: original, in: bytes.count) {
                bytes[position] = byte
                Self.expectBounded(bytes, example.take)
            }
            bytes[position] = original
        }
    }

    /// All 255 for what a peer may ask of us. In long answers those that change what a byte means:
    /// each kind of msgpack value with its smallest and its greatest lengths, and single bits.
    private static func replacements(of byte: UInt8, in count: Int) -> [UInt8] {
        guard count > shortMax else { return (UInt8.min...UInt8.max).filter { $0 != byte } }
        return beginnings + [byte ^ 1, byte ^ 2, byte ^ 0x80]
    }

    private static let shortMax = 200
    private static let beginnings: [UInt8] = [
        0x00, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc6, 0xc9, 0xcb, 0xcf, 0xd9,
        0xdb, 0xdd, 0xdf, 0xff,
    ]

    @Test(
        "every changed byte of an envelope is a refusal or an envelope that packs again",
        arguments: [ProtocolExamples.all[0], ProtocolExamples.all[1]])
    func envelopes(_ example: ProtocolExample) {
        let original = example.envelope.packed
        for position in original.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = original
                bytes[position] = byte
                Self.expectBounded(bytes) { bytes throws(Refusal) in
                    try Envelope(bytes.span).packed
                }
            }
        }
    }

    @Test("an empty payload stands for an empty map")
    func empty() {
        for example in ProtocolExamples.all where example.payload == [0x80] {
            #expect(throws: Never.self) { try example.take([]) }
        }
    }

    @Test(
        "a batch that declares more than it holds, or more than it may, is refused at once",
        arguments: [
            ([0x96, 0xdd, 0xff, 0xff, 0xff, 0xff], .invalid),
            ([0x96, 0xdc, 0x00, 0x41] + Array(repeating: 0xa0, count: 65), .tooLarge),
            (
                [0x96, 0x90, 0xc0, 0xc0, 0xc0, 0x00, 0xdc, 0x10, 0x01]
                    + Array(repeating: 0xc0, count: 4_097), .tooLarge
            ),
            (Array(repeating: 0x96, count: Limits.frameBytesMax + 1), .tooLarge),
        ] as [([UInt8], Refusal.Code)])
    func greedyBatch(bytes: [UInt8], code: Refusal.Code) {
        do throws(Refusal) {
            _ = try ReportBatchReader(bytes.span)
            Issue.record("it was read")
        } catch {
            #expect(error.code == code)
            #expect(error.message.contains("wanted at most") || code == .invalid)
        }
    }
}
