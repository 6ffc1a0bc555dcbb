import Msgpack
import Testing
import TwinCore
import TwinWire

@Suite("Packed report batches")
struct ReportBatchTests {
    private let base = Timestamp(milliseconds: 1_795_356_156_118)

    private func header(_ names: [String] = ["a", "b"]) throws -> ReportBatchHeader {
        try ReportBatchHeader(
            names: names,
            profile: ReporterProfile(
                interval: .seconds(10), agentVersion: "1.0.0", relay: "relay-1"),
            baseTime: base)
    }

    private func sample() throws -> [UInt8] {
        var writer = ReportBatchWriter(header: try header())
        _ = writer.append(key: try TwinKey("s1"), at: base, values: [1.5, .nan])
        _ = writer.append(
            key: try TwinKey("s2"), at: base + .seconds(-3), flags: [.buffered, .rebooted],
            values: [-2, 3], devices: [WorstDevice(metricIndex: 1, name: "sda")])
        return writer.payload
    }

    /// What a reader makes of bytes: a line an entry, the refusal at the end if there is one.
    private func read(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        do throws(Refusal) {
            var reader = try ReportBatchReader(bytes.span)
            while let entry = try reader.next() {
                switch entry {
                case .bad(let refusal): lines.append("bad \(refusal.code.rawValue)")
                case .report(let report):
                    let key = String(decoding: [UInt8](copying: report.key), as: UTF8.self)
                    let values = (0..<report.valueCount).map { report.value($0) }
                    let devices = report.devices.map { "\($0.metricIndex)=\($0.name)" }
                    lines.append(
                        "\(key) \((report.at - base).rawValue) \(report.flags.rawValue) "
                            + "\(values) \(devices)")
                }
            }
        } catch {
            lines.append("refused \(error.code.rawValue)")
        }
        return lines
    }

    @Test("what was packed is read again")
    func roundTrip() throws {
        let bytes = try sample()
        #expect(read(bytes) == ["s1 0 0 [1.5, nan] []", "s2 -3000 3 [-2.0, 3.0] [\"1=sda\"]"])
        let reader = try ReportBatchReader(bytes.span)
        #expect(reader.header.names == ["a", "b"])
        #expect(reader.header.profile.interval == .seconds(10))
        #expect(reader.header.profile.relay == "relay-1")
        #expect(reader.count == 2)
    }

    @Test("every prefix ends in a refusal")
    func prefixes() throws {
        let bytes = try sample()
        for count in 0..<bytes.count {
            #expect(read(Array(bytes[..<count])).last?.hasPrefix("refused") == true)
        }
    }

    @Test("every change of one byte is an error or a value")
    func changes() throws {
        let bytes = try sample()
        var entriesMost = 0
        for index in bytes.indices {
            for value in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = value
                entriesMost = max(entriesMost, read(changed).count)
            }
        }
        #expect(entriesMost < bytes.count)
    }

    @Test("a bad report does not spoil its neighbours")
    func neighbours() throws {
        let good: (String) -> MsgpackValue = { key in
            .array([.string(key), .int(0), .int(0), .bin([0, 0, 128, 63]), .nil])
        }
        let bad: [MsgpackValue] = [
            .array([.string("no key"), .int(0), .int(0), .bin([0, 0, 0, 0]), .nil]),
            .array([.string("s"), .int(0), .int(0), .bin([0, 0, 0]), .nil]),
            .array([.string("s"), .string("now"), .int(0), .bin([0, 0, 0, 0]), .nil]),
            .array([.string("s"), .int(0), .int(256), .bin([0, 0, 0, 0]), .nil]),
            .array([.string("s"), .int(.max), .int(0), .bin([0, 0, 0, 0]), .nil]),
            .array([.string("s"), .int(0)]),
            .array([
                .string("s"), .int(0), .int(0), .bin([0, 0, 0, 0]),
                .map([.init(.int(7), .string("sda"))]),
            ]),
            .map([]),
            .nil,
        ]
        for entry in bad {
            let batch = MsgpackValue.array([
                .array([.string("a")]), .nil, .nil, .nil, .int(base.milliseconds),
                .array([good("s1"), entry, good("s2")]),
            ])
            #expect(
                read(batch.packed()) == ["s1 0 0 [1.0] []", "bad invalid", "s2 0 0 [1.0] []"],
                "\(entry)")
        }
    }

    @Test("what is too large is refused with its number")
    func tooLarge() throws {
        let many = (0...Limits.metricsPerServerMax).map { "m\($0)" }
        #expect(throws: Refusal.self) { try header(many) }
        do throws(Refusal) {
            try MetricNames.check(many)
        } catch {
            #expect(error.code == .tooLarge)
            #expect(error.message == "metrics: wanted at most 64, found 65")
        }
        do throws(Refusal) {
            try MetricNames.check([String(repeating: "x", count: 97)])
        } catch {
            #expect(error.message == "name of metric 0: wanted at most 96 bytes, found 97")
        }
        let reports = [MsgpackValue](repeating: .nil, count: Limits.reportsPerBatchMax + 1)
        let batch = MsgpackValue.array([
            .array([.string("a")]), .nil, .nil, .nil, .int(0), .array(reports),
        ])
        #expect(read(batch.packed()) == ["refused too-large"])
        #expect(read([UInt8](repeating: 0, count: Limits.frameBytesMax + 1)) == [
            "refused too-large"
        ])
    }

    @Test("a batch takes no more than 4,096 reports and one frame")
    func full() throws {
        var writer = ReportBatchWriter(header: try header(["a"]))
        let key = try TwinKey("s1")
        for _ in 0..<Limits.reportsPerBatchMax {
            let fits = writer.append(key: key, at: base, values: [1])
            #expect(fits)
        }
        let fits = writer.append(key: key, at: base, values: [1])
        #expect(!fits)
        let wide = (0..<Limits.metricsPerServerMax).map { "m\($0)" }
        var large = ReportBatchWriter(header: try header(wide))
        let longKey = try TwinKey(String(repeating: "k", count: Limits.keyBytesMax))
        while large.append(
            key: longKey, at: base, values: Array(repeating: 1, count: wide.count))
        {}
        #expect(large.count < Limits.reportsPerBatchMax)
        #expect(large.payload.count <= Limits.frameBytesMax)
        #expect(large.payload.count > Limits.frameBytesMax - 1_024)
        #expect(read(large.payload).count == large.count)
    }

    @Test("a report for people may name its time as text, as a number or not at all")
    func reportTimes() throws {
        let forms: [(MsgpackValue, Int64)] = [
            (.string("1970-01-01T00:00:05Z"), 5_000), (.int(7), 7), (.nil, 9),
        ]
        for (form, milliseconds) in forms {
            let packed = MsgpackValue.map([
                "at": form, "metrics": .map(["b": .double(2), "a": .nil]),
                "devices": .map(["b": .string("eth0")]),
            ]).packed()
            let request = try Payload.unpack(ReportRequest.self, from: packed.span, of: .report)
            let report = try NamedReport(request, now: Timestamp(milliseconds: 9))
            #expect(report.header.baseTime.milliseconds == milliseconds)
            #expect(report.header.names == ["a", "b"])
            #expect(report.values[0].isNaN && report.values[1] == 2)
            #expect(report.devices == [WorstDevice(metricIndex: 1, name: "eth0")])
        }
    }

    @Test("an answer joins neighbours that were refused alike, and lists 64 ranges")
    func replies() {
        var reply = ReportBatchReply()
        let unknown = Refusal(.unknownAddress, "no such server")
        reply.take(.accepted)
        reply.refuse(1, unknown)
        reply.refuse(2, unknown)
        #expect(reply.refused.map(\.last) == [2])
        #expect(reply.firstUnlisted == nil)
        for entry in stride(from: 10, to: 400, by: 2) { reply.refuse(entry, unknown) }
        #expect(reply.refused.count == 64)
        #expect(reply.refusedCount == 197)
        #expect(reply.firstUnlisted == 135)
    }
}
