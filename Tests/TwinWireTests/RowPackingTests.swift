import Msgpack
import Testing
import TwinCore
import TwinWire

/// Rows pack themselves: in every state that twins come through, to the bytes of their fields.
@Suite("What rows hold packs itself")
struct RowPackingTests {
    private static func key(_ text: StaticString) -> TwinKey { ProtocolSamples.key(text) }

    /// What happens to one twin, an input a minute.
    private struct Life<Twin: TwinState & Encodable> {
        private(set) var twin: Twin
        private var minute: UInt64 = 1

        init(_ birth: (StepContext) -> Twin) {
            twin = birth(Self.context(1))
        }

        static func context(_ minute: UInt64) -> StepContext {
            StepContext(
                shard: ShardID(tier: Twin.tier, index: 3),
                version: Version(epoch: .first, position: Position(rawValue: minute)),
                elapsed: Elapsed(milliseconds: Int64(minute) * 60_000),
                wall: DocumentsSamples.noon + .seconds(Int64(minute) * 60), floor: .zero,
                isObserving: true, configuration: ClusterConfiguration(),
                unheardChildShards: ShardSet(minute > 50 ? [7, 200] : []), childShardCount: 256)
        }

        /// Steps, and compares what the twin is packed to.
        mutating func take(_ inputs: Twin.Input...) throws {
            for input in inputs {
                minute += 1
                var effects = StepEffects()
                twin.step(input, in: Self.context(minute), effects: &effects)
                try ByFields.compare([twin])
            }
        }
    }

    private static let rack = key("r1")

    private static func commission(_ rack: TwinKey) -> Commission {
        Commission(
            rack: rack, dc: key("dc1"), labels: [TwinLabel(name: "feed", value: "f1")],
            interval: .seconds(60))
    }

    private static let window = MaintenanceWindow(
        id: "w1", owner: "ann", reason: "fans", from: Timestamp(milliseconds: 1),
        until: DocumentsSamples.noon + .minutes(600))

    /// Comes under watch, burns, falls silent, is folded, moves and goes.
    private static func serverLife() throws -> [ServerTwin] {
        var life = Life<ServerTwin> { _ in
            ServerTwin(key: key("s1"), ordinal: 70_000, firstIncidentNumber: 9)
        }
        try ByFields.compare([life.twin])
        try life.take(.commission(commission(rack)))
        let set = MetricSet(id: 2, names: ["system.cpu.utilization", "hw.temperature.margin"])
        let profile = ReporterProfile(interval: .seconds(60), agentVersion: "1.0", relay: "relay")
        for minute in 3...40 {
            let report = Report(
                at: DocumentsSamples.noon + .seconds(Int64(minute) * 60), flags: [], metricSet: set,
                profile: profile, values: [minute < 20 ? 0.2 : 0.99, minute < 20 ? 30 : -2],
                devices: [WorstDevice(metricIndex: 1, name: "cpu0")])
            try life.take(.report(report, target: set))
        }
        let burning = life.twin
        let incident = try #require(burning.book.incidents.first)
        let parent = IncidentID(address: TwinAddress(tier: .rack, key: rack), number: 4)
        let folds = FoldSet(
            version: Version(epoch: .first, position: Position(rawValue: 5)),
            entries: [FoldEntry(child: incident.number, parent: parent)])
        let acknowledgement = Acknowledgement(
            owner: "ann", comment: "on it", until: DocumentsSamples.noon + .minutes(600))
        try life.take(
            .command(.acknowledge(number: incident.number, acknowledgement)),
            .receipt(
                Receipt(
                    parent: rack, version: burning.version, disposition: .member, folds: folds)),
            .timer, .timer, .command(.setMaintenance(window)), .timer)
        let silent = life.twin
        #expect(silent.book.incidents.contains { $0.fold != nil })
        try life.take(.commission(commission(key("r2"))))
        #expect(!life.twin.formerRacks.isEmpty)
        try life.take(.decommission)
        return [burning, silent, life.twin]
    }

    @Test("A server's row, from its birth to its end")
    func server() throws {
        let twins = try Self.serverLife()
        #expect(twins[0].trackers.isEmpty == false)
    }

    @Test("The rows of racks and of their data center, in peace and in trouble")
    func parents() throws {
        let server = try Self.serverLife()[0]
        var life = Life<RackTwin> { context in
            RackTwin(key: Self.rack, ordinal: 2, firstIncidentNumber: 1, in: context)
        }
        try ByFields.compare([life.twin])
        var status = try #require(server.status)
        let position = server.version.position
        for number in 0..<12 as Range<UInt64> {
            // At first all are heard, then half of them fall silent together.
            status.condition = number < 6 ? .healthy : .missing
            status.conditionSince = DocumentsSamples.noon + .seconds(Int64(number))
            let version = Version(
                epoch: .first, position: Position(rawValue: position.rawValue + number))
            try life.take(
                .status(
                    ChildMessage(
                        child: try TwinKey("s\(number % 6)"), version: version, status: status)))
        }
        try life.take(.childShards, .timer, .timer, .timer, .command(.setMaintenance(Self.window)))
        #expect(life.twin.members.count == 6)
        #expect(!life.twin.book.incidents.isEmpty)
        try datacenter(of: life.twin)
    }

    private func datacenter(of rack: RackTwin) throws {
        var life = Life<DatacenterTwin> { context in
            DatacenterTwin(
                key: Self.key("dc1"), ordinal: 1, firstIncidentNumber: 1, in: context)
        }
        try ByFields.compare([life.twin, life.twin.counts])
        let silence = ObservationReport(servers: ShardSet([1, 2, 250]), racks: ShardSet([3]))
        try life.take(
            .status(
                ChildMessage(child: Self.rack, version: rack.version, status: rack.status)),
            .observation(silence), .childShards, .timer, .timer,
            .command(.setMaintenance(Self.window)))
        for _ in 0..<60 { try life.take(.timer) }
        #expect(life.twin.silences != nil)
        #expect(life.twin.book.opened.isEmpty == false)
    }

    @Test("A shard's row, from its birth on", arguments: 0...2)
    func shard(fill: Int) throws {
        var sets = MetricSets()
        for number in 0..<fill { _ = sets.intern(["a", "b\(number)"]) }
        var epochs = ShardEpochs()
        for shard in 0..<UInt16(fill) { epochs.note(Epoch(rawValue: 7), of: 40 * shard) }
        var conditions = ShardConditions(
            configuration: ClusterConfiguration(
                pageFrom: fill > 0 ? .critical : .error, allowsSimulation: fill > 1,
                staleAfter: fill > 0 ? .minutes(9) : Limits.staleAfterDefault),
            childShardCount: 256 * fill)
        conditions.floor = Elapsed(milliseconds: Int64(fill) * 1_000)
        conditions.unheardChildShards = ShardSet(0..<UInt16(fill * 100))
        conditions.awaitedChildShards = ShardSet(0..<UInt16(fill))
        conditions.sourceEpochs = epochs
        let header = ShardHeader(
            epoch: .first, conditionsPosition: Position(rawValue: 3), conditions: conditions,
            position: Position(rawValue: 300), running: .seconds(2), elapsedOffset: .seconds(-1),
            nextOrdinal: 5, highestIncident: 70_000, alertSequence: 1 << 33, metricSets: sets,
            profiles: Array(repeating: ReporterProfile(relay: "r"), count: fill),
            parentEpochs: fill > 0 ? epochs : nil)
        try ByFields.compare([header, conditions])
        let packed = try MsgpackEncoder.encode(header)
        #expect(try MsgpackDecoder.decode(ShardHeader.self, from: packed) == header)
    }
}
