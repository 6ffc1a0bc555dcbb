import Foundation
import Logging
import TwinCore
import TwinRuntime
import TwinWire
import ZeroMQ

/// Longest wait for what must happen; a test that works never waits so long.
let brokerPatienceMilliseconds = 10_000

/// A real broker in a directory of its own, and the context for sockets that talk to it.
final class BrokerHarness {
    let directory: String
    let context: Context
    private(set) var broker: BrokerService

    init(bootstrap: BootstrapPlan? = BootstrapPlan(server: 1, rack: 1, dc: 1)) throws {
        directory = NSTemporaryDirectory() + "broker-\(UUID().uuidString)"
        context = try Context()
        broker = try BrokerHarness.start(directory, bootstrap)
    }

    deinit {
        broker.stop()
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("left behind: \(directory): \(error)")
        }
    }

    static func start(_ directory: String, _ bootstrap: BootstrapPlan?) throws -> BrokerService {
        try BrokerService(
            BrokerSettings(
                listen: "tcp://127.0.0.1:*", listenServices: "tcp://127.0.0.1:*",
                stateDirectory: directory, bootstrap: bootstrap, shards: 8),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Ends the broker and starts another in the same directory, at other ports.
    func restart() async throws {
        broker.stop()
        try await broker.run()
        broker = try BrokerHarness.start(directory, nil)
    }

    func client(_ kind: Socket.Kind = .dealer) throws -> BrokerPeer {
        try BrokerPeer(kind, context, broker.endpoints.clients)
    }

    func service(_ name: String, _ tier: Tier, process: UInt64 = 1) throws -> BrokerTestService {
        BrokerTestService(
            peer: try BrokerPeer(.dealer, context, broker.endpoints.services),
            name: try InstanceName(name), tier: tier, process: process)
    }

    /// One instance of each tier, registered, with their shards dealt and born.
    func members() throws -> (
        server: BrokerTestService, rack: BrokerTestService, dc: BrokerTestService
    ) {
        let server = try service("server-a", .server)
        let rack = try service("rack-a", .rack)
        let dc = try service("dc-a", .dc)
        for member in [server, rack, dc] { try member.register() }
        for member in [server, rack, dc] { try member.hearPlacement() }
        for member in [server, rack, dc] { try member.beat() }
        return (server, rack, dc)
    }
}

/// What did not come, or came instead.
struct BrokerTestError: Error, CustomStringConvertible {
    let description: String
}

/// Reads an envelope from an array.
func envelope(_ bytes: [UInt8]) throws -> Envelope { try Envelope(bytes.span) }

/// Reads a route from an array.
func route(_ bytes: [UInt8]) -> RouteFrame? { RouteFrame(bytes.span) }

/// Reads a payload from an array.
func unpack<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try Payload.unpack(type, from: bytes.span, of: .ping)
}

/// A socket that talks to the broker, one message at a time.
final class BrokerPeer {
    private var socket: Socket
    private var poller = Poller()
    private var message = Message()

    init(_ kind: Socket.Kind, _ context: Context, _ endpoint: String) throws {
        socket = try Socket(kind, in: context)
        try socket.connect(endpoint)
        _ = poller.add(socket)
    }

    func send(_ frames: [[UInt8]]) throws {
        guard try socket.send(frames) == .sent else {
            throw BrokerTestError(description: "could not send")
        }
    }

    /// The next message; nil when none comes in time.
    func next(within milliseconds: Int) throws -> [[UInt8]]? {
        _ = try poller.wait(timeoutMilliseconds: milliseconds)
        guard try socket.receive(into: &message) != .none else { return nil }
        return (0..<message.frameCount).map { message.bytes($0) }
    }

    func receive() throws -> [[UInt8]] {
        guard let frames = try next(within: brokerPatienceMilliseconds) else {
            throw BrokerTestError(
                description: "nothing came within \(brokerPatienceMilliseconds) ms")
        }
        return frames
    }

    @discardableResult
    func request(
        _ destination: String, _ type: MessageType, payload: [UInt8] = [], id: UInt64 = 42,
        remaining: UInt32? = 5_000, kind: Envelope.Kind = .request, source: Envelope.Source? = nil
    ) throws -> Envelope {
        let envelope = Envelope(
            kind: kind, type: type, requestID: id, remainingMilliseconds: remaining,
            source: source)
        try send([Array(destination.utf8), envelope.packed, payload])
        return envelope
    }

    /// The next message as envelope and payload.
    func answer() throws -> (envelope: Envelope, payload: [UInt8]) {
        let frames = try receive()
        guard frames.count == 2 else {
            throw BrokerTestError(description: "wanted 2 frames, found \(frames.count)")
        }
        return (try envelope(frames[0]), frames[1])
    }

    /// The next message, which must be a refusal.
    func refusal() throws -> Refusal {
        let (envelope, payload) = try answer()
        guard envelope.type == .refused else {
            throw BrokerTestError(description: "wanted a refusal, found \(envelope.type)")
        }
        return try unpack(RefusalPayload.self, payload).refusal
    }
}

/// What a service does toward the broker, and nothing else.
final class BrokerTestService {
    let peer: BrokerPeer
    let name: InstanceName
    let tier: Tier
    let process: UInt64
    var startNumber: UInt64 = 0
    var cluster: String?
    var placement: Placement?
    private var beats: UInt64 = 0

    init(peer: BrokerPeer, name: InstanceName, tier: Tier, process: UInt64) {
        self.peer = peer
        self.name = name
        self.tier = tier
        self.process = process
    }

    var source: Envelope.Source {
        Envelope.Source(instance: name.text, startNumber: startNumber)
    }

    var owned: [OwnedShard] {
        guard let placement else { return [] }
        return placement.shards(of: name, in: tier).compactMap { shard in
            placement[shard].map { OwnedShard(index: shard.index, epoch: $0.epoch) }
        }
    }

    func askToRegister(credit: UInt64 = 1 << 20) throws {
        let registration = Registration(
            tier: tier, instance: name, clusterId: cluster, startNumber: startNumber,
            processNonce: process, protocolVersion: 1, softwareVersion: "1.0.0", owned: owned,
            isRestored: false, credit: credit)
        try peer.request("broker", .register, payload: Payload.pack(registration))
    }

    @discardableResult
    func register(credit: UInt64 = 1 << 20) throws -> RegistrationGrant {
        try askToRegister(credit: credit)
        while true {
            let (envelope, payload) = try peer.answer()
            if envelope.type == .placement { continue }
            guard envelope.type == .register else {
                let text = String(decoding: payload, as: UTF8.self)
                throw BrokerTestError(description: "not registered: \(text)")
            }
            let grant = try unpack(RegistrationGrant.self, payload)
            startNumber = grant.startNumber
            cluster = grant.clusterId
            placement = grant.placement
            return grant
        }
    }

    /// Waits for the placement that is complete.
    func hearPlacement() throws {
        while placement?.isComplete != true {
            let (envelope, payload) = try peer.answer()
            guard envelope.type == .placement, envelope.kind == .event else { continue }
            placement = try unpack(Placement.self, payload)
        }
    }

    /// The next event of a type with a wanted payload; what else comes is passed over.
    func hear<Value: Decodable>(
        _ value: Value.Type, by type: MessageType, where isWanted: (Value) -> Bool
    ) throws -> Value {
        while true {
            let (envelope, payload) = try peer.answer()
            guard envelope.type == type, envelope.kind == .event else { continue }
            let heard = try unpack(value, payload)
            if isWanted(heard) { return heard }
        }
    }

    /// The next beat's payload.
    func packedBeat() -> [UInt8] {
        beats += 1
        return Payload.pack(
            Beat(
                number: beats, tier: tier, instance: name, startNumber: startNumber,
                credit: 1 << 20, blindShards: ShardSet(), owned: owned, isStopping: false,
                load: InstanceLoad()))
    }

    @discardableResult
    func beat() throws -> BeatReply {
        try peer.request("broker", .beat, payload: packedBeat(), kind: .beat, source: source)
        while true {
            let (envelope, payload) = try peer.answer()
            guard envelope.type == .beat else { continue }
            let reply = try unpack(BeatReply.self, payload)
            if reply.number == beats { return reply }
        }
    }

    /// The next routed message; what the broker says itself is passed over.
    func routed() throws -> [[UInt8]] {
        while true {
            let frames = try peer.receive()
            if frames.count == 4 { return frames }
        }
    }

    /// Answers a routed message with a payload.
    func reply(to frames: [[UInt8]], _ payload: [UInt8]) throws {
        let request = try envelope(frames[2])
        try peer.send([frames[0], request.reply(request.type, from: source).packed, payload])
    }
}
