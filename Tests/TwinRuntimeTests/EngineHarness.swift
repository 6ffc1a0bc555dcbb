import Logging
import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire
import ZeroMQ

/// A real engine of the server tier with its threads, on a disk that the test can hold or break;
/// the test is its broker, over `inproc`.
final class EngineHarness {
    static let name = "server-a"
    static let shards = 8

    let disk = MemoryDisk()
    let files: InstanceFiles
    let wake = WakeSignal()
    let thread: DedicatedThread
    private let context: Context
    private var socket: Socket
    private var routingID: [UInt8] = []
    private var nextRequest: UInt64 = 1 << 40

    /// What the engine answered, by request id, in the order of arrival.
    private(set) var answers: [(id: UInt64, type: MessageType, payload: [UInt8])] = []
    private(set) var lastBeat: Beat?
    /// Bytes of requests as the engine counts them.
    private(set) var bytesSent: UInt64 = 0

    init() throws {
        files = try InstanceFiles()
        context = try Context()
        socket = try Socket(.router, in: context)
        try socket.bind("inproc://broker")
        thread = EngineHarness.start(disk, files.path, wake, context)
    }

    deinit { wake.requestStop() }

    private static func start(
        _ disk: MemoryDisk, _ path: String, _ wake: WakeSignal, _ context: Context
    ) -> DedicatedThread {
        DedicatedThread(name: "engine") {
            let directory = try StateDirectory(
                opening: path + "/state", tier: .server, name: name)
            let rows = try RowStore(path: directory.paths.rows, tier: .server, cluster: nil)
            let journal = try Journal(on: disk, salt: 7)
            let core = InstanceCore<ServerService>(
                name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: 3,
                identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
                running: .zero, nextRecord: journal.lastRecord.rawValue + 1)
            let durable = journal.lastRecord.rawValue
            var socket = try Socket(.dealer, in: context)
            try socket.connect("inproc://broker")
            var engine = Engine(
                core: core, socket: socket, wake: wake,
                commits: CommitThread(journal, wake: wake), rows: RowWriter(rows, wake: wake),
                directory: directory, durableRecord: durable, drainPatience: nil,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try engine.run()
        }
    }

    // MARK: the broker

    /// Answers registrations and beats and collects answers until `isDone`; throws when that
    /// takes longer than any working engine does.
    func serve(until isDone: (EngineHarness) -> Bool) throws {
        var message = Message()
        var poller = Poller()
        _ = poller.add(socket)
        while !isDone(self) {
            guard try poller.wait(timeoutMilliseconds: Self.patienceMilliseconds) > 0 else {
                throw Silence(answers: answers.count)
            }
            while try socket.receive(into: &message) == .message {
                try take((0..<message.frameCount).map { message.bytes($0) })
            }
        }
    }

    struct Silence: Error { let answers: Int }
    private static let patienceMilliseconds = 10_000

    private func take(_ frames: [[UInt8]]) throws {
        routingID = frames[0]
        let bytes = frames[2]
        let envelope = try Envelope(bytes.span)
        switch envelope.type {
        case .register:
            try reply(envelope, .register, Payload.pack(try grant()))
        case .beat:
            let beat = try MsgpackDecoder.decode(Beat.self, from: frames[3])
            lastBeat = beat
            let answer = BeatReply(
                number: beat.number, brokerNonce: 5, placementVersion: 1, isYoung: false,
                isBehind: false, dropped: 0, unheardServerShards: ShardSet(),
                unheardRackShards: ShardSet(), forwarded: bytesSent)
            try reply(envelope, .beat, Payload.pack(answer))
        default:
            guard envelope.kind == .reply else { return }
            answers.append((envelope.requestID, envelope.type, frames[3]))
        }
    }

    private func grant() throws -> RegistrationGrant {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: Self.shards))
        for index in 0..<UInt16(Self.shards) {
            placement[ShardID(tier: .server, index: index)] = Placement.Owner(
                instance: try InstanceName(Self.name), epoch: .first, isBorn: false)
        }
        return RegistrationGrant(
            clusterId: "c1", startNumber: 1, configuration: ClusterConfiguration(),
            placement: placement, brokerNonce: 5, forwarded: bytesSent)
    }

    private func reply(_ envelope: Envelope, _ type: MessageType, _ payload: [UInt8]) throws {
        #expect(try socket.send([routingID, envelope.reply(type).packed, payload]) == .sent)
    }

    // MARK: requests

    func send(_ type: MessageType, to destination: String, _ payload: [UInt8]) throws -> UInt64 {
        nextRequest += 1
        let envelope = Envelope(kind: .request, type: type, requestID: nextRequest)
        let frames = [Array("client".utf8), Array(destination.utf8), envelope.packed, payload]
        bytesSent += UInt64(frames.reduce(0) { $0 + $1.count })
        #expect(try socket.send([routingID] + frames) == .sent)
        return nextRequest
    }

    func commission(_ key: String) throws -> UInt64 {
        let body = CommissionRequest(dc: try TwinKey("dc1"), rack: try TwinKey("r1"))
        return try send(.commission, to: "server/\(key)", Payload.pack(body))
    }

    func report(_ key: String, at: Timestamp) throws -> UInt64 {
        let body = ReportRequest(
            at: .milliseconds(at.milliseconds), metrics: ["system.cpu.utilization": 0.5])
        return try send(.report, to: "server/\(key)", Payload.pack(body))
    }

    func answer(to id: UInt64) -> (type: MessageType, payload: [UInt8])? {
        answers.first { $0.id == id }.map { ($0.type, $0.payload) }
    }

    /// True once the engine has taken everything sent so far into its turns.
    var hasTakenAll: Bool {
        (lastBeat?.credit ?? 0) >= bytesSent + Limits.instanceCreditBytes
    }

    /// The records that are visible on the disk now.
    func recordCount() throws -> UInt64 {
        let journal = try Journal(on: disk.copy(after: .processCrash), salt: 1)
        return journal.lastRecord.rawValue
    }
}
