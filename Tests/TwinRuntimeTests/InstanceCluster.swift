import Msgpack
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// A server, a rack and a data-center core with a broker that the test is: frames are carried by
/// hand, time passes in steps.
struct InstanceCluster {
    /// What a client got for a request.
    struct Answer {
        let type: MessageType
        let payload: [UInt8]

        var refusal: Refusal.Code? {
            guard type == .refused else { return nil }
            do {
                return try MsgpackDecoder.decode(RefusalPayload.self, from: payload).code
            } catch {
                return nil
            }
        }

        func document<Document: Decodable>(_ type: Document.Type) throws -> Document {
            try MsgpackDecoder.decode(type, from: payload)
        }
    }

    static let shards = 8
    static let start: Int64 = 1_000_000
    static let wallStart: Int64 = 1_800_000_000_000
    static let configuration = ClusterConfiguration(allowsSimulation: false)

    var server: InstanceNode<ServerService>
    var rack: InstanceNode<RackService>
    var dc: InstanceNode<DatacenterService>
    var now = InstanceCluster.start
    var placement: Placement
    var answers: [UInt64: Answer] = [:]
    /// Beats answered by the broker; none while it is away.
    var isBrokerAway = false
    /// What the broker says of shards below, in answers to beats.
    var unheardServers = ShardSet()
    var unheardRacks = ShardSet()
    /// What the broker says it has sent to an instance; unset = it does not say.
    var forwarded: [Tier: UInt64] = [:]
    /// How it names the connection of a tier's instance; nil = it does not.
    var connection: [Tier: UInt64] = [:]
    /// The last beat of each instance.
    var beats: [Tier: Beat] = [:]
    /// Messages of this type are lost on their way to this tier.
    var losing: (type: MessageType, tier: Tier)?
    /// Messages for which this is true are lost, by type, receiver and payload.
    var isLost: ((MessageType, Tier, [UInt8]) throws -> Bool)?
    /// How many messages of each type went from instance to instance, lost ones too.
    private(set) var carried: [MessageType: Int] = [:]
    /// The process of each tier that registered last, and its start number.
    private var starts: [Tier: (nonce: UInt64, number: UInt64)] = [:]
    /// Everything that any instance has sent.
    private(set) var effects = InstanceDigest()
    private var nextRequest: UInt64 = 1 << 40

    init(nonce: UInt64 = 1) throws {
        server = try InstanceNode("server-a", nonce: nonce)
        rack = try InstanceNode("rack-a", nonce: nonce &+ 1)
        dc = try InstanceNode("dc-a", nonce: nonce &+ 2)
        placement = Placement(version: 1, shardCounts: ShardCounts(all: InstanceCluster.shards))
        for (tier, name) in [(Tier.server, "server-a"), (.rack, "rack-a"), (.dc, "dc-a")] {
            for index in 0..<UInt16(InstanceCluster.shards) {
                placement[ShardID(tier: tier, index: index)] = Placement.Owner(
                    instance: try InstanceName(name), epoch: .first, isBorn: false)
            }
        }
    }

    /// A cluster whose three instances are members and see.
    static func running(nonce: UInt64 = 1) throws -> InstanceCluster {
        var cluster = try InstanceCluster(nonce: nonce)
        try cluster.pass(milliseconds: 3_000)
        return cluster
    }

    var wall: Timestamp {
        Timestamp(milliseconds: InstanceCluster.wallStart + now - InstanceCluster.start)
    }

    var clock: TurnClock { TurnClock(monotonic: now, suspendedAware: now, wall: wall) }

    // MARK: time

    /// Turns every instance each `step` milliseconds.
    mutating func pass(milliseconds: Int64, step: Int64 = 250) throws {
        let end = now + milliseconds
        while now < end {
            now += min(step, end - now)
            try turn()
        }
    }

    /// One turn of every instance, in order.
    mutating func turn() throws {
        try carry(try server.turn(at: clock), from: .server)
        try carry(try rack.turn(at: clock), from: .rack)
        try carry(try dc.turn(at: clock), from: .dc)
    }

    // MARK: the broker

    /// Carries what an instance sent to where it should go.
    mutating func carry(_ messages: [[[UInt8]]], from tier: Tier) throws {
        for frames in messages {
            for frame in frames { effects.add(frame) }
            let bytes = frames[1]
            let envelope = try Envelope(bytes.span)
            if envelope.kind == .reply {
                try carryReply(frames, envelope)
            } else {
                try carryRequest(frames, envelope, from: tier)
            }
        }
    }

    private mutating func carryReply(_ frames: [[UInt8]], _ envelope: Envelope) throws {
        let route = String(decoding: frames[0], as: UTF8.self)
        guard let tier = Tier(name: route) else {
            answers[envelope.requestID] = Answer(type: envelope.type, payload: frames[2])
            return
        }
        deliver([frames[1], frames[2]], type: envelope.type, to: tier)
    }

    private mutating func carryRequest(
        _ frames: [[UInt8]], _ envelope: Envelope, from tier: Tier
    ) throws {
        let destination = try Destination(String(decoding: frames[0], as: UTF8.self))
        switch (destination, envelope.type) {
        case (.broker, .register): try grant(frames, envelope, to: tier)
        case (.broker, .beat): try answerBeat(frames, envelope, of: tier)
        case (.instance(let parent, _), _):
            carried[envelope.type, default: 0] += 1
            if try isLost?(envelope.type, parent, frames[2]) == true { return }
            deliver(
                [Array(tier.name.utf8), frames[0], frames[1], frames[2]], type: envelope.type,
                to: parent)
        default: break
        }
    }

    private mutating func grant(
        _ frames: [[UInt8]], _ envelope: Envelope, to tier: Tier
    ) throws {
        guard !isBrokerAway else { return }
        let nonce = try MsgpackDecoder.decode(Registration.self, from: frames[2]).processNonce
        let last = starts[tier] ?? (nonce, 1)
        let start = last.nonce == nonce ? last.number : last.number + 1
        starts[tier] = (nonce, start)
        let grant = RegistrationGrant(
            clusterId: "c1", startNumber: start, configuration: InstanceCluster.configuration,
            placement: placement, brokerNonce: 5)
        deliver(
            [envelope.reply(.register).packed, Payload.pack(grant)], type: .register, to: tier)
    }

    private mutating func answerBeat(
        _ frames: [[UInt8]], _ envelope: Envelope, of tier: Tier
    ) throws {
        let beat = try MsgpackDecoder.decode(Beat.self, from: frames[2])
        beats[tier] = beat
        guard !isBrokerAway else { return }
        for owned in beat.owned {
            placement[ShardID(tier: tier, index: owned.index)]?.isBorn = true
        }
        let reply = BeatReply(
            number: beat.number, brokerNonce: 5, placementVersion: placement.version,
            isYoung: false, isBehind: false, dropped: 0, unheardServerShards: unheardServers,
            unheardRackShards: unheardRacks, forwarded: forwarded[tier],
            connection: connection[tier])
        deliver([envelope.reply(.beat).packed, Payload.pack(reply)], type: .beat, to: tier)
    }

    private mutating func deliver(_ frames: [[UInt8]], type: MessageType, to tier: Tier) {
        if let losing, losing.type == type, losing.tier == tier { return }
        switch tier {
        case .server: server.inbox.append(frames)
        case .rack: rack.inbox.append(frames)
        case .dc: dc.inbox.append(frames)
        }
    }

    /// The broker serves all shards of a tier under a higher epoch, as after a restore.
    mutating func raiseEpoch(of tier: Tier) {
        for index in 0..<UInt16(InstanceCluster.shards) {
            let shard = ShardID(tier: tier, index: index)
            let epoch = placement[shard]?.epoch ?? .none
            placement[shard]?.epoch = epoch.next
        }
        placement.version += 1
        let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
        for receiver in Tier.allCases {
            deliver([envelope, Payload.pack(placement)], type: .placement, to: receiver)
        }
    }

    /// A peer's message that a test wrote itself.
    mutating func forge<Body: Encodable>(
        _ kind: Envelope.Kind, _ type: MessageType, from source: String, to tier: Tier,
        _ body: Body
    ) {
        let envelope = Envelope(
            kind: kind, type: type, requestID: 1 << 50,
            source: Envelope.Source(instance: source, startNumber: 99))
        let destination = "\(tier.name)@\(tier.name)-a"
        deliver(
            [
                Array("client".utf8), Array(destination.utf8), envelope.packed, Payload.pack(body),
            ], type: type, to: tier)
    }

    // MARK: clients

    /// Sends a client's request; the answer comes into `answers` in the turn that commits it.
    @discardableResult
    mutating func send(
        _ type: MessageType, to destination: String, _ payload: [UInt8]
    ) throws -> UInt64 {
        nextRequest += 1
        let envelope = Envelope(kind: .request, type: type, requestID: nextRequest)
        let parsed = try Destination(destination)
        let tier: Tier =
            switch parsed {
            case .twin(let address): address.tier
            case .shard(let shard): shard.tier
            case .instance(let tier, _): tier
            case .broker: .server
            }
        deliver(
            [Array("client".utf8), Array(destination.utf8), envelope.packed, payload], type: type,
            to: tier)
        return nextRequest
    }

    /// Sends a request and turns until it is answered.
    @discardableResult
    mutating func ask<Body: Encodable>(
        _ type: MessageType, _ destination: String, _ body: Body
    ) throws -> Answer {
        let id = try send(type, to: destination, Payload.pack(body))
        for _ in 0..<10 where answers[id] == nil {
            now += 10
            try turn()
        }
        guard let answer = answers[id] else { throw NoAnswer(type: type) }
        return answer
    }

    struct NoAnswer: Error { let type: MessageType }
    struct NoBody: Encodable {}

    @discardableResult
    mutating func ask(_ type: MessageType, _ destination: String) throws -> Answer {
        try ask(type, destination, NoBody())
    }

    // MARK: servers

    @discardableResult
    mutating func commission(
        _ key: String, rack: String = "r1", labels: [String: String]? = nil,
        ifGeneration: UInt64? = nil
    ) throws -> Answer {
        try ask(
            .commission, "server/\(key)",
            CommissionRequest(
                dc: try TwinKey("dc1"), rack: try TwinKey(rack), labels: labels,
                ifGeneration: ifGeneration))
    }

    /// Sends one packed batch with a report of each server, taken now.
    @discardableResult
    mutating func report(
        _ keys: [String], uptime: Float = 100_000, at: Timestamp? = nil
    ) throws -> UInt64 {
        let header = try ReportBatchHeader(
            names: ["system.cpu.utilization", "system.network.dropped", "system.uptime"],
            profile: ReporterProfile(interval: .seconds(10), agentVersion: "1.0"), baseTime: wall)
        var writer = ReportBatchWriter(header: header)
        for key in keys {
            _ = writer.append(
                key: try TwinKey(key), at: at ?? wall, values: [0.4, 0.0001, uptime])
        }
        return try send(.reportBatch, to: "server@server-a", writer.payload)
    }

    /// Lets time pass while these servers report every ten seconds.
    mutating func pass(seconds: Int64, reporting keys: [String]) throws {
        for second in 0..<seconds {
            if second % 10 == 0, !keys.isEmpty {
                let uptime = Float(100_000 + (now - InstanceCluster.start) / 1_000)
                try report(keys, uptime: uptime)
            }
            try pass(milliseconds: 1_000)
        }
    }

    func serverTwin(_ key: String) throws -> ServerTwin? {
        let key = try TwinKey(key)
        return server.core.twin(key, in: Int(key.shardIndex(shardCount: InstanceCluster.shards)))
    }

    func rackTwin(_ key: String = "r1") throws -> RackTwin? {
        let key = try TwinKey(key)
        return rack.core.twin(key, in: Int(key.shardIndex(shardCount: InstanceCluster.shards)))
    }

    func datacenterTwin(_ key: String = "dc1") throws -> DatacenterTwin? {
        let key = try TwinKey(key)
        return dc.core.twin(key, in: Int(key.shardIndex(shardCount: InstanceCluster.shards)))
    }

    /// The whole alert log of all three tiers, as readers get it.
    mutating func alertLog() throws -> [AlertDocument] {
        try ["server@server-a", "rack@rack-a", "dc@dc-a"].flatMap { instance in
            var cursor: TwinWire.AlertCursor?
            var records: [AlertDocument] = []
            var isComplete = false
            while !isComplete {
                let answer = try ask(
                    .readAlerts, instance, ReadAlertsRequest(after: cursor))
                let page = try answer.document(AlertsPage.self)
                records += page.alerts
                cursor = page.cursor
                isComplete = page.isComplete
            }
            return records
        }
    }
}
