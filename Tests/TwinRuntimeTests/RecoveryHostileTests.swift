import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Records whose checksum is right and whose content cannot be what this instance wrote: recovery
/// says what it wanted and what it found, and the process does not step on them.
@Suite("Recovery of records that are none of ours")
struct RecoveryHostileTests {
    private static let wall = Timestamp(milliseconds: 1_800_000_000_000)

    /// A server instance with the commissioned and reporting server `s1`, in the first shard that
    /// has a twin.
    private static func running() throws -> (core: InstanceCore<ServerService>, shard: Int) {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        try cluster.pass(seconds: 12, reporting: ["s1"])
        let shard = Int(try TwinKey("s1").shardIndex(shardCount: InstanceCluster.shards))
        return (cluster.server.core, shard)
    }

    /// Replays one input as the next of its shard.
    private static func replay(
        _ input: ShardInput<ServerTwin.Input>, arena: [Float] = [],
        into core: inout InstanceCore<ServerService>, shard: Int
    ) throws(MsgpackError) {
        var packer = Packer()
        var scratch = Packer()
        JournalHeader(
            time: TurnTime(running: .hours(1), wall: wall), births: [], sectionCount: 1
        ).pack(into: &packer)
        JournalSection(
            shard: UInt16(shard), epoch: core.shards[shard]?.epoch ?? .none,
            firstPosition: core.position(of: shard).next, inputCount: 1
        ).pack(into: &packer)
        ShardInputCoding.pack(
            input, of: ServerTwin.self, arena: arena, wall: wall, scratch: &scratch, into: &packer)
        packer.packArrayHeader(0)
        try Recovery.replay(packer.bytes.span, number: 1_000, into: &core)
    }

    private static func report(
        set: UInt16 = 0, target: UInt16 = 0, profile: UInt16 = 0, values: Int = 3,
        device: UInt8? = nil
    ) -> ShardInput<ServerTwin.Input> {
        .report(
            ReportInput(
                ordinal: 1, at: wall, flags: [], metricSet: set, target: target, profile: profile,
                values: 0..<values,
                devices: device.map { [WorstDevice(metricIndex: $0, name: "d")] } ?? []))
    }

    @Test("the next report, profile and metric set of a shard are taken")
    func taken() throws {
        var (core, shard) = try Self.running()
        let inputs = [
            Self.report(), Self.report(device: 2), .profile(id: 1, ReporterProfile()),
            .metricSet(id: 1, names: ["a", "b"]), Self.report(target: 1, profile: 1),
        ]
        for input in inputs {
            try Self.replay(input, arena: [1, 2, 3], into: &core, shard: shard)
        }
    }

    @Test(
        "a report of numbers that were never given, or of another number of values, is an error",
        arguments: [
            report(set: 7), report(target: 7), report(profile: 7), report(values: 2),
            report(values: 4), report(device: 3),
        ])
    func reports(_ input: ShardInput<ServerTwin.Input>) throws {
        var (core, shard) = try Self.running()
        #expect(throws: MsgpackError.self) {
            try Self.replay(input, arena: [1, 2, 3, 4], into: &core, shard: shard)
        }
    }

    @Test("numbers that leave out others, and names that are known, are errors")
    func numbers() throws {
        let (core, shard) = try Self.running()
        let known = core.shards[shard]?.metricSets.all.first?.names ?? []
        let inputs: [ShardInput<ServerTwin.Input>] = [
            .profile(id: 2, ReporterProfile()), .metricSet(id: 2, names: ["a"]),
            .metricSet(id: 1, names: known), .metricSet(id: 1, names: ["a", "a"]),
        ]
        for input in inputs {
            var core = core
            #expect(throws: MsgpackError.self, "\(input)") {
                try Self.replay(input, into: &core, shard: shard)
            }
        }
    }

    @Test("a twin that is there is not born again, nor one whose numbers leave none to come")
    func births() throws {
        let (core, shard) = try Self.running()
        let births: [(String, UInt32, UInt32)] = [
            ("s1", 9, 1), ("s9", .max, 1), ("s9", 9, .max),
        ]
        for (key, ordinal, number) in births {
            var core = core
            let birth = ShardInput<ServerTwin.Input>.birth(
                key: try TwinKey(key), ordinal: ordinal, firstIncidentNumber: number, .timer)
            #expect(throws: MsgpackError.self, "\(key) \(ordinal) \(number)") {
                try Self.replay(birth, into: &core, shard: shard)
            }
        }
    }

    @Test(
        "shards beyond all shards and counters without room to count on are errors",
        arguments: [
            (4_096, 1, 0), (1, UInt64(Int64.max) + 1, 0), (1, 1, -1), (1, 1, 4_097),
        ] as [(UInt64, UInt64, Int64)])
    func ranges(shard: UInt64, position: UInt64, childShards: Int64) throws {
        var packer = Packer()
        packer.packUInt(JournalHeader.format)
        packer.packInt(Int64(0))
        packer.packInt(Self.wall.milliseconds)
        packer.packArrayHeader(1)
        packer.packUInt(UInt64(1))
        packer.packUInt(UInt64(1))
        packer.packInt(childShards)
        packer.packUInt(UInt64(Severity.error.rawValue))
        packer.packBool(false)
        packer.packArrayHeader(1)
        packer.packUInt(shard)
        packer.packUInt(UInt64(1))
        packer.packUInt(position)
        packer.packArrayHeader(0)
        packer.packArrayHeader(0)
        var (core, _) = try Self.running()
        #expect(throws: MsgpackError.self) {
            try Recovery.replay(packer.bytes.span, number: 1_000, into: &core)
        }
    }
}
