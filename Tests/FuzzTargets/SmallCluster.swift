internal import Msgpack
internal import TwinCore
internal import TwinRuntime
internal import TwinStore
internal import TwinWire

/// A cluster of one instance a tier in memory, with one commissioned server that reports: what
/// hostile bytes meet. It carries messages by hand; nothing waits and nothing is drawn.
struct SmallCluster: Sendable {
    /// The cluster as every check finds it. Made once; a copy costs little.
    static let running = SmallCluster().started()

    static let knownKeys: [Tier: String] = [.server: "s1", .rack: "r1", .dc: "dc1"]
    private static let shardCount = 2
    private static let wallStart: Int64 = 1_800_000_000_000

    var server = SmallCluster.core(ServerService.self, of: .server, nonce: 1)
    var rack = SmallCluster.core(RackService.self, of: .rack, nonce: 2)
    var dc = SmallCluster.core(DatacenterService.self, of: .dc, nonce: 3)
    /// Every record so far, in order, by tier.
    private(set) var records: [Tier: [[UInt8]]] = [:]
    private var inbox: [Tier: [[[UInt8]]]] = [:]
    private var now: Int64 = 1_000_000

    static func name(of tier: Tier) -> String { "\(tier.name)-a" }

    static func clock(at now: Int64) -> TurnClock {
        TurnClock(
            monotonic: now, suspendedAware: now, wall: Timestamp(milliseconds: wallStart + now))
    }

    /// The clock of the next turn.
    var clock: TurnClock { SmallCluster.clock(at: now) }

    private static func core<Service: TierService>(
        _ service: Service.Type, of tier: Tier, nonce: UInt64
    ) -> InstanceCore<Service> {
        InstanceCore(
            name: instanceName(tier), softwareVersion: "1.0.0", processNonce: nonce,
            identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
            running: .zero, nextRecord: 1)
    }

    private static func instanceName(_ tier: Tier) -> InstanceName {
        do {
            return try InstanceName(name(of: tier))
        } catch {
            invariant(false, "\(name(of: tier)) is no instance name: \(error)")
            return instanceName(tier)
        }
    }

    // MARK: the story

    private func started() -> SmallCluster {
        var cluster = self
        for _ in 0..<8 { cluster.turn() }
        cluster.ask(
            .commission, "server/s1",
            Payload.pack(["dc": "dc1", "rack": "r1"] as [String: String]))
        for step in 0..<12 {
            if step % 4 == 1 { cluster.ask(.reportBatch, "server@server-a", cluster.batch()) }
            cluster.turn()
        }
        return cluster
    }

    private func batch() -> [UInt8] {
        var packer = Packer()
        packer.packArrayHeader(6)
        packer.packArrayHeader(2)
        packer.packString("system.cpu.utilization")
        packer.packString("hw.temperature")
        packer.packUInt(UInt64(10_000))
        packer.packNil()
        packer.packNil()
        packer.packInt(clock.wall.milliseconds)
        packer.packArrayHeader(1)
        packer.packArrayHeader(5)
        packer.packString("s1")
        packer.packInt(0)
        packer.packUInt(UInt64(0))
        packer.packBin([0, 0, 0, 0x3f, 0, 0, 0x28, 0x42])
        packer.packNil()
        return packer.bytes
    }

    private mutating func ask(_ type: MessageType, _ destination: String, _ payload: [UInt8]) {
        let envelope = Envelope(kind: .request, type: type, requestID: 1 << 40)
        inbox[.server, default: []].append(
            [Array("client".utf8), Array(destination.utf8), envelope.packed, payload])
    }

    // MARK: one turn of everybody

    private mutating func turn() {
        now += 1_000
        let clock = clock
        let toServer = taken(.server)
        carry(Turn.pass(&server, at: clock, hearing: toServer), from: .server)
        let toRack = taken(.rack)
        carry(Turn.pass(&rack, at: clock, hearing: toRack), from: .rack)
        let toDatacenter = taken(.dc)
        carry(Turn.pass(&dc, at: clock, hearing: toDatacenter), from: .dc)
    }

    private mutating func taken(_ tier: Tier) -> [[[UInt8]]] {
        inbox.removeValue(forKey: tier) ?? []
    }

    private mutating func carry(_ turn: Turn, from tier: Tier) {
        if let record = turn.closed?.record { records[tier, default: []].append(record) }
        carry(turn.urgent + (turn.closed?.messages ?? []), from: tier)
    }

    private mutating func carry(_ messages: [[[UInt8]]], from tier: Tier) {
        for frames in messages {
            let envelope: Envelope
            do {
                let bytes = frames[1]
                envelope = try Envelope(bytes.span)
            } catch {
                invariant(false, "an instance sent no envelope: \(error)")
                continue
            }
            let destination = String(decoding: frames[0], as: UTF8.self)
            switch (envelope.kind, envelope.type) {
            case (.reply, _):
                guard let asker = Tier(name: destination) else { continue }
                inbox[asker, default: []].append([frames[1], frames[2]])
            case (_, .register): answer(envelope, .register, Payload.pack(grant), to: tier)
            case (_, .beat):
                answer(envelope, .beat, Payload.pack(reply(to: envelope.requestID)), to: tier)
            default:
                guard let peer = Tier(name: destination.prefix { $0 != "@" }) else { continue }
                inbox[peer, default: []].append(
                    [Array(tier.name.utf8), frames[0], frames[1], frames[2]])
            }
        }
    }

    private mutating func answer(
        _ request: Envelope, _ type: MessageType, _ payload: [UInt8], to tier: Tier
    ) {
        inbox[tier, default: []].append([request.reply(type).packed, payload])
    }

    private var grant: RegistrationGrant {
        var placement = Placement(
            version: 1, shardCounts: ShardCounts(all: SmallCluster.shardCount))
        for tier in Tier.allCases {
            for index in 0..<UInt16(SmallCluster.shardCount) {
                placement[ShardID(tier: tier, index: index)] = Placement.Owner(
                    instance: SmallCluster.instanceName(tier), epoch: .first, isBorn: false)
            }
        }
        return RegistrationGrant(
            clusterId: "c1", startNumber: 1, configuration: ClusterConfiguration(),
            placement: placement, brokerNonce: 5)
    }

    private func reply(to number: UInt64) -> BeatReply {
        BeatReply(
            number: number, brokerNonce: 5, placementVersion: 1, isYoung: false, isBehind: false,
            dropped: 0, unheardServerShards: ShardSet(), unheardRackShards: ShardSet())
    }
}
