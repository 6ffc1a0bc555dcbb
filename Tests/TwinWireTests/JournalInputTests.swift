import Msgpack
import Testing
import TwinCore
import TwinWire

/// What is journalled comes back exactly: every input of every tier.
struct JournalInputTests {
    static let noon = ProtocolSamples.noon
    static let window = MaintenanceWindow(
        id: "m-1", owner: "ana", reason: "work", from: noon, until: noon + .hours(1))
    static let commands: [TwinCommand] = [
        .setMaintenance(window), .endMaintenance(id: "m-1"),
        .acknowledge(
            number: 7, Acknowledgement(owner: "ana", comment: "", until: noon + .hours(8))),
        .unacknowledge(number: 7),
    ]
    static let receipts = [
        Receipt(
            parent: ProtocolSamples.key("r1"), version: ProtocolSamples.version(9),
            disposition: .member, folds: ProtocolSamples.folds),
        Receipt(
            parent: ProtocolSamples.key("d1"), version: ProtocolSamples.version(9),
            disposition: .member,
            folds: FoldSet(
                version: ProtocolSamples.version(9),
                silences: [
                    SharedSilence(
                        parent: IncidentID(
                            address: TwinAddress(tier: .dc, key: ProtocolSamples.key("d1")),
                            number: 3),
                        relay: "relay-1", since: Timestamp(milliseconds: 1), isBurning: true)
                ])),
        Receipt(
            parent: ProtocolSamples.key("r1"), version: .none, disposition: .notMember,
            folds: FoldSet()),
        Receipt(
            parent: ProtocolSamples.key("r1"), version: .none,
            disposition: .refused(reason: "full"), folds: FoldSet()),
        Receipt(
            parent: ProtocolSamples.key("r1"), version: .none, disposition: .lacking,
            folds: FoldSet()),
    ]

    static let serverInputs: [ServerTwin.Input] =
        [
            .commission(
                Commission(
                    rack: ProtocolSamples.key("r1"), dc: ProtocolSamples.key("d1"),
                    labels: [TwinLabel(name: "feed", value: "A")], interval: .seconds(30))),
            .commission(
                Commission(
                    rack: ProtocolSamples.key("r1"), dc: ProtocolSamples.key("d1"), labels: [],
                    interval: nil)),
            .decommission, .heard(.future), .heard(.tooOld), .timer,
        ] + receipts.map { .receipt($0) } + commands.map { .command($0) }

    static let rackInputs: [RackTwin.Input] =
        [
            .status(
                ChildMessage(
                    child: ProtocolSamples.key("s1"), version: ProtocolSamples.version(3),
                    status: ProtocolSamples.serverStatus)),
            .status(
                ChildMessage(
                    child: ProtocolSamples.key("s1"), version: ProtocolSamples.version(4),
                    status: nil)),
            .timer, .childShards,
        ] + receipts.map { .receipt($0) } + commands.map { .command($0) }

    static let datacenterInputs: [DatacenterTwin.Input] =
        [
            .status(
                ChildMessage(
                    child: ProtocolSamples.key("r1"), version: ProtocolSamples.version(3),
                    status: ProtocolSamples.rackStatus)),
            .status(
                ChildMessage(
                    child: ProtocolSamples.key("r1"), version: ProtocolSamples.version(4),
                    status: nil)),
            .timer, .childShards,
            .observation(
                ObservationReport(servers: ShardSet([0, 63, 64, 4_095]), racks: ShardSet())),
        ] + commands.map { .command($0) }

    @Test("every input of a server twin", arguments: serverInputs)
    func server(_ input: ServerTwin.Input) throws { try expectKept(input, of: ServerTwin.self) }

    @Test("every input of a rack twin", arguments: rackInputs)
    func rack(_ input: RackTwin.Input) throws { try expectKept(input, of: RackTwin.self) }

    @Test("every input of a data-center twin", arguments: datacenterInputs)
    func datacenter(_ input: DatacenterTwin.Input) throws {
        try expectKept(input, of: DatacenterTwin.self)
    }

    private func expectKept<Twin: JournalledTwin>(
        _ input: Twin.Input, of twin: Twin.Type
    ) throws {
        var packer = Packer()
        Twin.pack(input, into: &packer)
        #expect(try Twin.unpackInput(packer.bytes) == input)
        for length in 0..<packer.bytes.count {
            #expect(throws: MsgpackError.self) {
                try Twin.unpackInput(Array(packer.bytes[..<length]))
            }
        }
        let key = ProtocolSamples.key("s1")
        for shardInput in [
            .twin(ordinal: .max, input),
            .birth(key: key, ordinal: 1, firstIncidentNumber: 20_001, input),
        ] as [ShardInput<Twin.Input>] {
            let read = try Self.read(Self.bytes([shardInput], of: twin), of: twin)
            #expect(read.inputs == [shardInput])
        }
    }

    @Test("a tag that no input has is an error that names the tier")
    func unknownTag() {
        do throws(MsgpackError) {
            _ = try RackTwin.unpackInput([99])
            Issue.record("it was read")
        } catch {
            #expect(error.wanted == "the tag of a rack twin's input" && error.found == "99")
        }
    }

    // MARK: what belongs to the shard

    static let shardInputs: [ShardInput<ServerTwin.Input>] = [
        .observation(isObserving: true, floor: Elapsed(milliseconds: 61_000)),
        .observation(isObserving: false, floor: .zero),
        .configuration(ClusterConfiguration(pageFrom: .critical, allowsSimulation: true)),
        .configuration(ClusterConfiguration(staleAfter: .seconds(5))),
        .childShards(ShardSet([1, 255])), .childShards(ShardSet()),
        .sourceEpoch(shard: 4_095, Epoch(rawValue: .max)),
        .awaitedChildShards(ShardSet([0, 64, 4_095])), .awaitedChildShards(ShardSet()),
        .parentEpoch(shard: 4_095, Epoch(rawValue: .max)),
        .metricSet(id: 4_095, names: ["a", "hw.temperature"]), .metricSet(id: 0, names: []),
        .profile(
            id: 1, ReporterProfile(interval: .seconds(10), agentVersion: "1.0", relay: "r")),
        .profile(id: 0, ReporterProfile()),
    ]

    @Test("every input of a shard itself", arguments: shardInputs)
    func shard(_ input: ShardInput<ServerTwin.Input>) throws {
        let read = try Self.read(Self.bytes([input], of: ServerTwin.self), of: ServerTwin.self)
        #expect(read.inputs == [input])
    }

    @Test("a configuration of an older release is read with the default of what it did not know")
    func shortConfiguration() throws {
        // An array of three: the tag, critical, simulation allowed.
        let read = try Self.read([0x93, 4, 3, 0xC3], of: ServerTwin.self)
        #expect(
            read.inputs == [
                .configuration(ClusterConfiguration(pageFrom: .critical, allowsSimulation: true))
            ])
    }

    static func bytes<Twin: JournalledTwin>(
        _ inputs: [ShardInput<Twin.Input>], of twin: Twin.Type, arena: [Float] = []
    ) -> [UInt8] {
        var packer = Packer()
        var scratch = Packer()
        for input in inputs {
            ShardInputCoding.pack(
                input, of: twin, arena: arena, wall: noon, scratch: &scratch, into: &packer)
        }
        return packer.bytes
    }

    static func read<Twin: JournalledTwin>(
        _ bytes: [UInt8], of twin: Twin.Type
    ) throws(MsgpackError) -> (inputs: [ShardInput<Twin.Input>], arena: [Float]) {
        var unpacker = Unpacker(bytes.span)
        var inputs: [ShardInput<Twin.Input>] = []
        var arena: [Float] = []
        while !unpacker.isAtEnd {
            inputs.append(
                try ShardInputCoding.unpack(
                    twin, from: &unpacker, wall: noon, arena: &arena))
        }
        return (inputs, arena)
    }
}
