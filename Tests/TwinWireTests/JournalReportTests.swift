import Msgpack
import Testing
import TwinCore
import TwinWire

/// Reports in the journal: by numbers, small, and bit for bit.
struct JournalReportTests {
    private static let values: [Float] = [0, -0.0, 1.5, .infinity, .greatestFiniteMagnitude, 42]

    private static func report(
        _ values: Range<Int>, ordinal: UInt32 = 70_000, devices: [WorstDevice] = []
    ) -> ReportInput {
        ReportInput(
            ordinal: ordinal, at: JournalInputTests.noon + Milliseconds(rawValue: -850_000),
            flags: [.buffered], metricSet: 300, target: 301, profile: 2_000, values: values,
            devices: devices)
    }

    @Test("reports come back with their values in the arena, one after another")
    func roundTrip() throws {
        let devices = [
            WorstDevice(metricIndex: 0, name: "sda"),
            WorstDevice(metricIndex: 63, name: String(repeating: "d", count: Limits.labelBytesMax)),
        ]
        let inputs: [ShardInput<ServerTwin.Input>] = [
            .report(Self.report(0..<2, devices: devices)), .report(Self.report(2..<2)),
            .report(Self.report(2..<6)),
        ]
        let bytes = JournalInputTests.bytes(inputs, of: ServerTwin.self, arena: Self.values)
        let read = try JournalInputTests.read(bytes, of: ServerTwin.self)
        #expect(read.inputs == inputs)
        #expect(read.arena.map(\.bitPattern) == Self.values.map(\.bitPattern))
    }

    @Test("an absent value keeps every bit of its NaN")
    func absent() throws {
        let values = [Float.nan, Float(nan: 0x1234, signaling: false), -Float.nan]
        let bytes = JournalInputTests.bytes(
            [.report(Self.report(0..<3))], of: ServerTwin.self, arena: values)
        let read = try JournalInputTests.read(bytes, of: ServerTwin.self)
        #expect(read.arena.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test("a report of ten metrics takes at most 64 bytes in a shard of 65,536 twins")
    func size() {
        let values = Array(repeating: Float(1), count: 10)
        let largest = JournalInputTests.bytes(
            [.report(Self.report(0..<10, ordinal: 65_535))], of: ServerTwin.self, arena: values)
        #expect(largest.count <= 64)
        let usual = JournalInputTests.bytes(
            [
                .report(
                    ReportInput(
                        ordinal: 900, at: JournalInputTests.noon + Milliseconds(rawValue: -90),
                        flags: [], metricSet: 0, target: 0, profile: 0, values: 0..<10,
                        devices: []))
            ], of: ServerTwin.self, arena: values)
        #expect(usual.count <= 55)
    }

    @Test("bytes that are no whole floats, and every prefix, are an error")
    func damaged() {
        let bytes = JournalInputTests.bytes(
            [.report(Self.report(0..<2))], of: ServerTwin.self, arena: Self.values)
        for length in 1..<bytes.count {
            #expect(throws: MsgpackError.self) {
                try JournalInputTests.read(Array(bytes[..<length]), of: ServerTwin.self)
            }
        }
        var arena: [Float] = []
        var unpacker = Unpacker([0xc4, 0x03, 1, 2, 3].span)
        #expect(throws: MsgpackError.self) {
            try FloatBytes.unpack(&unpacker, into: &arena)
        }
    }

    @Test("every changed byte of a record's inputs is an error or a value")
    func changed() {
        let inputs = [.report(Self.report(0..<2))] + JournalInputTests.shardInputs
        let original = JournalInputTests.bytes(
            inputs, of: ServerTwin.self, arena: Self.values)
        for position in original.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = original
                bytes[position] = byte
                do throws(MsgpackError) {
                    let read = try JournalInputTests.read(bytes, of: ServerTwin.self)
                    #expect(read.arena.count <= bytes.count)
                } catch {
                    #expect(error.offset <= bytes.count)
                }
            }
        }
    }
}
