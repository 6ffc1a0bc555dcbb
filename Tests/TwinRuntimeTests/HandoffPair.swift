import Msgpack
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Two instances of the data-center tier and a broker machine between them: frames are carried by
/// hand, time passes in steps, rows are in memory.
struct HandoffPair {
    typealias Core = InstanceCore<DatacenterService>

    /// One instance with its journal and rows.
    struct Node {
        var core: Core
        var inbox: [[[UInt8]]] = []
        var records: [[UInt8]] = []
        let rows = MemoryRows(tier: .dc)
        var keeper: RowKeeper<MemoryRows>

        init(_ name: String, nonce: UInt64) throws {
            core = Core(
                name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: nonce,
                identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
                running: .zero, nextRecord: 1)
            keeper = RowKeeper(rows)
        }

        mutating func turn(at now: Int64) throws -> [[[UInt8]]] {
            let wall = Timestamp(milliseconds: 1_800_000_000_000 + now)
            core.pulse(at: now, oldestTurnMilliseconds: 0)
            core.begin(TurnClock(monotonic: now, suspendedAware: now, wall: wall))
            let messages = inbox
            inbox.removeAll()
            for message in messages { core.receive(message.count) { message[$0] } }
            core.drained(stoppedAtLimit: false)
            let jobs = core.handoffJobs
            core.handoffJobs.removeAll()
            for job in jobs { try take(try keeper.perform(job)) }
            let reads = core.alertReads
            core.alertReads.removeAll()
            for read in reads { try take([try keeper.read(read)]) }
            if core.identityToStore != nil { core.identityStored() }
            let urgent = core.takeUrgent()
            let turn = core.close(durableRecord: UInt64(records.count), journalBytes: 0)
            if let record = turn?.record { records.append(record) }
            for shard in turn?.discards ?? [] {
                try take(try keeper.perform(.discard(shard: shard)))
            }
            if let slice = turn?.slice {
                try take(try keeper.save(slice, durable: UInt64(records.count)))
            }
            return urgent + (turn?.messages ?? [])
        }

        private mutating func take(_ outcomes: [RowOutcome]) throws {
            for outcome in outcomes {
                switch outcome {
                case .saved: core.sliceSaved()
                case .read(let found): core.alertsRead(found)
                case .handoff(let saved): core.handoffSaved(saved)
                case .checkpointed, .quarantine, .quarantined: break
                }
            }
        }
    }

    static let names = ["dc-a", "dc-b"]
    var nodes: [Node]
    var broker: BrokerMachine
    var now: Int64 = 1_000
    /// Parts of copies that went to the new owner.
    private(set) var chunks: [HandoffChunk] = []
    private(set) var answers: [UInt64: [UInt8]] = [:]
    private var nextRequest: UInt64 = 1 << 40

    init() throws {
        nodes = try zip(Self.names, [1, 2]).map { try Node($0, nonce: $1) }
        broker = BrokerMachine(
            record: nil, shardCounts: ShardCounts(all: 2),
            configuration: ClusterConfiguration(),
            bootstrap: BootstrapPlan(server: 0, rack: 0, dc: 2), freshClusterID: "c1", nonce: 7,
            now: now, wall: Timestamp(milliseconds: 1_800_000_000_000), rebalancesByItself: false)
        try pass(milliseconds: 3_000)
    }

    mutating func pass(milliseconds: Int64) throws {
        let end = now + milliseconds
        while now < end {
            now += 20
            for index in nodes.indices {
                for frames in try nodes[index].turn(at: now) { try carry(frames, from: index) }
            }
            let wall = Timestamp(milliseconds: 1_800_000_000_000 + now)
            broker.tick(now: now, wall: wall)
            carryOutEffects()
        }
    }

    /// The instance that serves a shard now, by its core.
    func servers(of shard: Int) -> [String] {
        nodes.indices.filter { nodes[$0].core.ownedIndices.contains(shard) }.map { Self.names[$0] }
    }

    // MARK: the broker

    private func route(_ index: Int) -> [UInt8] { [0, UInt8(index + 1)] }

    private mutating func carry(_ frames: [[UInt8]], from index: Int) throws {
        let header = frames[1]
        let envelope = try Envelope(header.span)
        if envelope.kind == .reply {
            guard let to = Self.names.firstIndex(of: String(decoding: frames[0], as: UTF8.self))
            else {
                answers[envelope.requestID] = frames[2]
                return
            }
            return nodes[to].inbox.append([frames[1], frames[2]])
        }
        let wall = Timestamp(milliseconds: 1_800_000_000_000 + now)
        switch envelope.type {
        case .register:
            let body = try MsgpackDecoder.decode(Registration.self, from: frames[2])
            let grant = try broker.register(
                body, routingID: route(index), now: now, wall: wall
            ).get()
            carryOutEffects()
            nodes[index].inbox.append([envelope.reply(.register).packed, Payload.pack(grant)])
        case .beat:
            let body = try MsgpackDecoder.decode(Beat.self, from: frames[2])
            let reply = try broker.beat(body, routingID: route(index), now: now, wall: wall)
            carryOutEffects()
            nodes[index].inbox.append([envelope.reply(.beat).packed, Payload.pack(reply)])
        case .moveReport:
            let body = try MsgpackDecoder.decode(MoveReport.self, from: frames[2])
            if let slot = broker.slot(of: route(index)) {
                broker.take(body, from: slot, now: now)
            }
            carryOutEffects()
        case .handoff:
            chunks.append(try MsgpackDecoder.decode(HandoffChunk.self, from: frames[2]))
            nodes[1 - index].inbox.append(
                [Array(Self.names[index].utf8), frames[0], frames[1], frames[2]])
        default: break
        }
    }

    private mutating func carryOutEffects() {
        let effects = broker.takeEffects()
        if effects.tellsPlacement {
            let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
            for index in nodes.indices {
                nodes[index].inbox.append([envelope, Payload.pack(broker.record.placement)])
            }
        }
        for freeze in effects.freezes {
            let envelope = Envelope(kind: .event, type: .freeze, requestID: 0).packed
            nodes[freeze.slot].inbox.append([envelope, Payload.pack(freeze.order)])
        }
    }

    // MARK: racks

    /// Tells the owner of a data center so many racks, each with labels as long as may be.
    mutating func tell(racks count: Int, of key: TwinKey, to index: Int) throws {
        let label = String(repeating: "x", count: Limits.labelBytesMax)
        let labels = (0..<8).map { LabelCount(name: "label", value: "\($0)\(label)", servers: 5) }
        var entries: [StatusBatch<RackStatus>.Entry] = []
        for rack in 0..<count {
            let status = RackStatus(
                dc: key, verdict: .healthy, verdictSince: Timestamp(milliseconds: 1),
                unknownReason: nil, counts: RackCounts(), labels: labels, silentSince: nil,
                reporters: [], incidents: [], isInMaintenance: false, foldsVersion: .none)
            let child = try TwinKey("r\(rack)")
            entries.append(
                .init(
                    shard: child.shardIndex(shardCount: 2), epoch: .first, parent: key,
                    child: child,
                    version: Version(epoch: .first, position: Position(rawValue: 1)),
                    status: status))
        }
        for start in stride(from: 0, to: count, by: Limits.statusesPerBatchMax) {
            let end = min(start + Limits.statusesPerBatchMax, count)
            nextRequest += 1
            let envelope = Envelope(
                kind: .request, type: .statuses, requestID: nextRequest,
                source: Envelope.Source(instance: "rack-a", startNumber: 1))
            nodes[index].inbox.append(
                [
                    Array("client".utf8), Array("dc@\(Self.names[index])".utf8), envelope.packed,
                    Payload.pack(StatusBatch(entries: Array(entries[start..<end]))),
                ])
        }
        try pass(milliseconds: 100)
    }
}
