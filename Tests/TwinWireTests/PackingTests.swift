import Msgpack
import Testing
import TwinCore
import TwinWire

/// Types that pack themselves give the bytes that their fields give one by one.
@Suite("What packs itself")
struct PackingTests {
    /// The same value through its containers: the encoder does not see what it is.
    private struct ByFields: Encodable {
        let value: any Encodable

        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }

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
        for value in values {
            #expect(value is any SelfPacking)
            var packed = Packer()
            (value as? any SelfPacking)?.pack(into: &packed)
            let wanted = try MsgpackEncoder.encode(ByFields(value: value))
            #expect(packed.bytes == wanted, "\(type(of: value))")
        }
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
