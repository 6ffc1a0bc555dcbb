import Msgpack
import Testing
import TwinCore
import TwinWire

/// Payloads that are maps: what is ignored, what is refused, and how the refusal reads.
struct PayloadTests {
    private static func refusal(
        _ value: MsgpackValue, of type: MessageType = .commission
    ) -> Refusal? {
        do throws(Refusal) {
            _ = try Payload.unpack(CommissionRequest.self, from: value.packed().span, of: type)
            return nil
        } catch {
            return error
        }
    }

    @Test("keys that nobody knows are ignored, absent ones are nil")
    func unknownKeys() throws {
        let bytes = MsgpackValue.map(["rack": .string("r1"), "dc": .string("d1"), "x": .bin([1])])
            .packed()
        let request = try Payload.unpack(
            CommissionRequest.self, from: bytes.span, of: .commission)
        #expect(
            request
                == CommissionRequest(
                    dc: ProtocolSamples.key("d1"), rack: ProtocolSamples.key("r1")))
    }

    @Test("a mistake in a map names message, key, what was wanted and what was found")
    func sentences() {
        let missing = Self.refusal(.map(["dc": .string("d1")]))
        #expect(missing?.code == .invalid)
        #expect(
            missing?.message
                == "Commission payload: rack: wanted key rack, found keys dc, at offset 0")
        let kind = Self.refusal(.map(["dc": .int(5), "rack": .string("r1")]))
        #expect(
            kind?.message
                == "Commission payload: dc: wanted string, found integer 5, at offset 4")
        let key = Self.refusal(.map(["dc": .string("a b"), "rack": .string("r1")]))
        #expect(key?.message.contains("found byte 32 at offset 1") == true)
        let twice = Self.refusal(
            .map([.init(.string("dc"), .string("a")), .init(.string("dc"), .string("b"))]))
        #expect(
            twice?.message == "Commission payload: wanted each key once, found dc again, "
                + "at offset 6")
    }

    @Test("more values or a deeper nesting than any message has are refused")
    func bounds() {
        let many = MsgpackValue.map(["x": .array(Array(repeating: .nil, count: 200_001))])
        #expect(Self.refusal(many)?.code == .invalid)
        var deep = MsgpackValue.nil
        for _ in 0...Limits.nestingMax { deep = .array([deep]) }
        #expect(Self.refusal(deep)?.code == .invalid)
        let long = MsgpackValue.map(["x": .bin(Array(repeating: 0, count: Limits.frameBytesMax))])
        #expect(Self.refusal(long)?.code == .invalid)
    }

    @Test(
        "a refusal survives the wire, and says whether to repeat", arguments: Refusal.Code.allCases)
    func refusals(_ code: Refusal.Code) throws {
        let refusal = Refusal(
            code, "sentence", address: "server/a", found: "f", wanted: "w", hint: "h")
        for refusal in [refusal, Refusal(code, "sentence")] {
            let packed = Payload.pack(RefusalPayload(refusal))
            let read = try Payload.unpack(
                RefusalPayload.self, from: packed.span, of: .refused)
            #expect(read.refusal == refusal && read.retry == code.isWorthRetrying)
        }
    }

    @Test(
        "a report's time is RFC 3339 text or milliseconds",
        arguments: [.string("2026-11-22T14:02:36.118Z"), .int(1_795_356_156_118)]
            as [MsgpackValue])
    func reportTime(at: MsgpackValue) throws {
        let bytes = MsgpackValue.map(["at": at, "metrics": .map(["x": .int(1), "y": .nil])])
            .packed()
        let request = try Payload.unpack(ReportRequest.self, from: bytes.span, of: .report)
        let report = try NamedReport(request, now: Timestamp(milliseconds: 0))
        #expect(report.header.baseTime == ProtocolSamples.noon)
        #expect(report.values.first == 1 && report.values.last?.isNaN == true)
    }

    /// A command that its own check refuses.
    private static func code(_ check: () throws(Refusal) -> Void) -> Refusal.Code? {
        do throws(Refusal) {
            try check()
            return nil
        } catch {
            return error.code
        }
    }

    @Test("labels, texts and times beyond their limits are refused before any twin sees them")
    func checks() {
        let long = String(repeating: "x", count: Limits.textBytesMax + 1)
        let key = ProtocolSamples.key("a")
        let labels = Dictionary(
            uniqueKeysWithValues: (0...Limits.labelsPerServerMax).map { ("\($0)", "v") })
        let codes = [
            Self.code { () throws(Refusal) in
                _ = try CommissionRequest(dc: key, rack: key, labels: labels).commission()
            },
            Self.code { () throws(Refusal) in
                _ = try CommissionRequest(dc: key, rack: key, labels: ["a": long]).commission()
            },
            Self.code { () throws(Refusal) in
                _ = try SetMaintenanceRequest(
                    id: "m", owner: "o", reason: long, untilMilliseconds: 1
                ).window(now: ProtocolSamples.noon)
            },
        ]
        #expect(codes == [.tooLarge, .tooLarge, .tooLarge])
        let incident = ProtocolSamples.incident(.rack, "r1", 1)
        for seconds in [-1, 0, .nan, .infinity, 1e300] {
            let code = Self.code { () throws(Refusal) in
                _ = try AcknowledgeRequest(incident: incident, owner: "o", forSeconds: seconds)
                    .acknowledgement(now: ProtocolSamples.noon)
            }
            #expect(code == .invalid, "\(seconds)")
        }
        for seconds in [0, 0.999, 3_601, .nan, .infinity, -1e300] {
            let code = Self.code { () throws(Refusal) in
                _ = try CommissionRequest(dc: key, rack: key, intervalSeconds: seconds)
                    .commission()
            }
            #expect(code == .invalid, "\(seconds)")
        }
    }
}
