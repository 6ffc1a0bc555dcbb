import Msgpack
import Testing
import TwinCore
import TwinWire

/// Types that pack themselves give the bytes that their fields give one by one.
@Suite("What packs itself")
struct PackingTests {
    private static func key(_ text: StaticString) -> TwinKey { ProtocolSamples.key(text) }

    private static let version = Version(
        epoch: Epoch(rawValue: 3), position: Position(rawValue: 70_000))

    private static func incident(_ number: UInt32, _ kind: IncidentKind) -> IncidentBrief {
        IncidentBrief(
            number: number, kind: kind, severity: .error, phase: .open,
            since: Timestamp(milliseconds: 1_700_000_000_000))
    }

    /// From nothing set to everything set.
    private static let topologies = [
        Topology(), Topology(feed: "f1", row: "w2"),
        Topology(feed: "f1", zone: "z", row: "w2", networkSwitch: "sw", model: "m"),
    ]

    private static func status(_ fill: Int) -> ServerStatus {
        var digest = Digest()
        digest.set(.dropped, to: fill == 0 ? nil : 0.25)
        return ServerStatus(
            generation: 1 << (20 * UInt64(fill)), dc: key("dc1"), topology: topologies[fill],
            agentVersion: fill > 0 ? "1.2" : nil, relay: fill > 1 ? "relay-1" : nil,
            interval: .seconds(10), condition: ServerCondition.allCases[fill * 2],
            conditionSince: Timestamp(milliseconds: -5), isInMaintenance: fill == 1,
            continuity: Continuity(
                boot: .rebooted, isBuffered: fill == 2,
                returnedAt: fill > 0 ? Timestamp(milliseconds: 12) : nil),
            incidents: (0..<fill * 9).map { incident(UInt32($0), .temperature) }, digest: digest,
            foldsVersion: version)
    }

    private static let parent = IncidentID(
        address: TwinAddress(tier: .rack, key: key("r1")), number: 4)

    private static let maintenance = InheritedMaintenance(
        address: parent.address,
        window: MaintenanceWindow(
            id: "w1", owner: "ann", reason: "fans", from: Timestamp(milliseconds: 1),
            until: Timestamp(milliseconds: 2)))

    private static func folds(_ fill: Int) -> FoldSet {
        FoldSet(
            version: version,
            entries: (0..<fill).map { FoldEntry(child: UInt32($0), parent: parent) },
            maintenance: fill > 0 ? maintenance : nil,
            silences: fill > 1
                ? [
                    SharedSilence(
                        parent: parent, since: Timestamp(milliseconds: 9), isBurning: true)
                ]
                : [])
    }

    private static func member(_ fill: Int) -> RackMember {
        var member = RackMember(
            key: [key("s1"), key("s2"), key("dc1-r07-s03")][fill], shard: UInt16(fill) * 300,
            version: version, status: status(fill),
            folds: folds(fill), at: Elapsed(milliseconds: 100_000))
        guard fill > 0 else { return member }
        member.silence = member.condition
        member.outage = RackOutagePart(silent: member.condition)
        member.signs = [RackMemberSign(row: 3, onset: member.condition)]
        member.isHeard = fill > 1
        return member
    }

    private static func book(_ fill: Int) throws -> IncidentBook {
        var book = IncidentBook(address: parent.address, highestNumber: UInt32(fill))
        guard fill > 0 else { return book }
        book.location = TwinLocation(dc: "dc1", row: fill > 1 ? "w2" : nil, rack: "r1")
        book.labels = [TwinLabel(name: "feed", value: "f1"), TwinLabel(name: "row", value: "w2")]
        var effects = StepEffects()
        let context = StepContext(
            shard: ShardID(tier: .rack, index: 1), version: version,
            elapsed: Elapsed(milliseconds: 50), wall: Timestamp(milliseconds: 1), floor: .zero,
            isObserving: true, configuration: ClusterConfiguration())
        book.raise(
            Finding(
                kind: .temperature, severity: .critical, summary: "hot", since: context.wall),
            in: context, effects: &effects)
        book.apply(folds(fill), hold: .zero, in: context, effects: &effects)
        return book
    }

    private static func rackStatus(_ fill: Int) -> RackStatus {
        var counts = RackCounts()
        counts.servers = fill * 200
        counts.failing = fill
        return RackStatus(
            dc: key("dc1"), verdict: fill == 0 ? .unknown : .unhealthy,
            verdictSince: Timestamp(milliseconds: 8), unknownReason: fill == 0 ? "young" : nil,
            counts: counts,
            labels: (0..<fill).map { LabelCount(name: "feed", value: "f\($0)", servers: $0) },
            silentSince: fill > 1 ? Timestamp(milliseconds: 9) : nil,
            reporters: (0..<fill).map {
                ReporterCount(
                    agentVersion: $0 > 0 ? "1.0" : nil, relay: $0 > 0 ? nil : "relay", servers: 3,
                    silent: $0)
            },
            incidents: (0..<fill).map {
                RackIncidentBrief(
                    number: UInt32($0), kind: .rackUnreachable, severity: .critical, phase: .open,
                    since: Timestamp(milliseconds: 4), cause: .torSwitch,
                    candidates: [CauseCandidate(cause: .torSwitch, likelihood: 0.5)],
                    summary: "20 of 20 servers are silent", serversAffected: 20, serversTotal: 20,
                    mutes: [])
            }, isInMaintenance: fill == 1, foldsVersion: version)
    }

    private static func rack(_ fill: Int) -> DatacenterRack {
        var rack = DatacenterRack(
            key: key("r1"), shard: 7, version: version, status: rackStatus(fill),
            folds: folds(fill), at: Elapsed(milliseconds: 5))
        if fill > 0 {
            rack.silence = CorrelationOnset(
                arrival: Elapsed(milliseconds: 1), wall: Timestamp(milliseconds: 2))
        }
        return rack
    }

    private static func commission(_ fill: Int) -> Commission {
        Commission(
            rack: key("r1"), dc: key("dc1"),
            labels: (0..<fill).map { TwinLabel(name: "n\($0)", value: "v") },
            interval: fill > 0 ? .seconds(5) : nil)
    }

    private static func standing(_ fill: Int) -> ServerStanding {
        switch fill {
        case 0: .unborn
        case 1: .commissioned(commission(1))
        default:
            .decommissioned(commission(2), at: Elapsed(milliseconds: 6), isForgotten: true)
        }
    }

    private static let dispositions: [Receipt.Disposition] = [
        .member, .refused(reason: "full"), .lacking,
    ]

    private static func receipt(_ fill: Int) -> Receipt {
        Receipt(
            parent: key("r1"), version: version, disposition: dispositions[fill],
            folds: folds(fill))
    }

    private static func beat(_ fill: Int) throws -> Beat {
        var load = InstanceLoad()
        load.inputsPerSecond = 0.5 * Double(fill)
        load.refused = fill > 0 ? ["unavailable": 3, "expired": 2, "not-owner": 1] : [:]
        load.warnings = Array(repeating: "disk nearly full", count: fill)
        return Beat(
            number: 1 << UInt64(fill * 30), tier: .rack, instance: try InstanceName("rack-a"),
            startNumber: 2, credit: 1 << 40,
            connection: fill > 0 ? UInt64.max - UInt64(fill) : nil,
            blindShards: ShardSet(0..<UInt16(fill)),
            owned: (0..<fill).map { OwnedShard(index: UInt16($0), epoch: .first) },
            isStopping: fill > 1, load: load)
    }

    private static func beatReply(_ fill: Int) -> BeatReply {
        BeatReply(
            number: 7, brokerNonce: .max, placementVersion: 3, isYoung: fill > 0,
            isBehind: fill > 1,
            dropped: 1, unheardServerShards: ShardSet(0..<UInt16(fill * 70)),
            unheardRackShards: ShardSet([255]), forwarded: fill > 0 ? 1 << 40 : nil,
            connection: fill > 1 ? .max : nil)
    }

    @Test("The largest status of a server is not larger than its limit")
    func largestStatus() throws {
        let text = String(repeating: "x", count: Limits.labelBytesMax)
        var digest = Digest()
        for measure in Digest.Measure.allCases { digest.set(measure, to: 1) }
        let longest = try #require(
            IncidentKind.allCases.max { $0.rawValue.utf8.count < $1.rawValue.utf8.count })
        let farthest = Timestamp(milliseconds: .min)
        let status = ServerStatus(
            generation: .max, dc: try TwinKey(String(repeating: "k", count: Limits.keyBytesMax)),
            topology: Topology(feed: text, zone: text, row: text, networkSwitch: text, model: text),
            agentVersion: text, relay: text, interval: Limits.intervalMax,
            condition: ServerCondition.allCases[0], conditionSince: farthest,
            isInMaintenance: true,
            continuity: Continuity(boot: .rebooted, isBuffered: true, returnedAt: farthest),
            incidents: Array(
                repeating: IncidentBrief(
                    number: .max, kind: longest, severity: .critical, phase: .open,
                    since: farthest),
                count: Limits.openIncidentsPerTwinMax),
            digest: digest,
            foldsVersion: Version(
                epoch: Epoch(rawValue: .max), position: Position(rawValue: .max)))
        #expect(Payload.pack(status).count <= Limits.serverStatusBytesMax)
    }

    @Test("Racks, commissions, receipts, statuses on their way and beats", arguments: 0...2)
    func sameBytesOnTheWay(fill: Int) throws {
        let profile = ReporterProfile(
            interval: fill > 0 ? .seconds(10) : nil, agentVersion: fill > 1 ? "1.0" : nil,
            relay: fill > 0 ? "relay" : nil)
        let ofServer = StatusBatch.Entry(
            shard: 3, epoch: .first, parent: Self.key("r1"), child: Self.key("s1"),
            version: Self.version, status: fill > 0 ? Self.status(fill) : nil)
        let ofRack = StatusBatch.Entry(
            shard: 3, epoch: .first, parent: Self.key("dc1"), child: Self.key("r1"),
            version: Self.version, status: fill > 0 ? Self.rackStatus(fill) : nil)
        let answer = ReceiptBatch.Entry(
            shard: 900, epoch: .first, child: Self.key("s1"), receipt: Self.receipt(fill))
        let beat = try Self.beat(fill)
        try ByFields.compare([
            Self.rack(fill), Self.rackStatus(fill), Self.standing(fill), Self.commission(fill),
            profile, Self.receipt(fill), Self.maintenance, Self.maintenance.window,
            try Self.book(fill).location, ofServer, ofRack, answer, beat, beat.load,
            Self.beatReply(fill),
        ])
        try ByFields.compare(Self.rackStatus(fill).labels)
        try ByFields.compare(Self.rackStatus(fill).reporters)
        try ByFields.compare([Self.rackStatus(fill).counts])
    }

    @Test("Members, statuses, fold sets and books", arguments: 0...2)
    func sameBytes(fill: Int) throws {
        var strangers = RackStrangers()
        strangers.note(
            Self.key("s9"), version: Self.version, isRefused: fill > 0,
            at: Elapsed(milliseconds: 7))
        let values: [any Encodable] = [
            Self.member(fill), Self.status(fill), Self.folds(fill), Self.topologies[fill],
            Self.status(fill).continuity, Self.incident(7, .rackPowerDegraded),
            try Self.book(fill), TwinLabel(name: "feed", value: "f1"), strangers.entries[0],
        ]
        try ByFields.compare(values)
    }

    @Test("Inside of arrays and maps they stand where their fields would")
    func inside() throws {
        let members = (0...2).map(Self.member)
        let packed = try MsgpackEncoder.encode(["members": members])
        let wanted = try MsgpackEncoder.encode(["members": members.map(ByFields.init)])
        #expect(packed == wanted)
        let found = try MsgpackDecoder.decode([String: [RackMember]].self, from: packed)
        #expect(found == ["members": members])
    }
}
