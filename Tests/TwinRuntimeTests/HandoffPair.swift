import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Two instances of the data-center tier, or three, and a broker machine between them: frames are
/// carried by hand, time passes in steps, rows are in memory. The cluster is born with two.
struct HandoffPair {
    typealias Core = InstanceCore<DatacenterService>

    /// One instance with its journal and rows.
    struct Node {
        var core: Core
        var inbox: [[[UInt8]]] = []
        var records: [[UInt8]] = []
        let rows = MemoryRows(tier: .dc)
        /// True: records are written and not durable, and the rows that go with them stay.
        var isDiskHeld = false
        private var heldDiscards: [UInt16] = []
        /// True: parts of copies are saved, and the core is not told.
        var holdsSaves = false
        private(set) var heldSaves: [HandoffSaved] = []
        private var durable: UInt64 = 0
        var keeper: RowKeeper<MemoryRows>
        /// False between a crash and the next start.
        var isUp = true
        /// Each process's own.
        private(set) var nonce: UInt64

        init(_ name: String, nonce: UInt64) throws {
            self.nonce = nonce
            core = Core(
                name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: nonce,
                identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
                running: .zero, nextRecord: 1)
            keeper = RowKeeper(rows)
        }

        /// A new process on what the last one has left.
        mutating func restart(nonce: UInt64, dropping: [UInt16: Epoch]) throws {
            let disk = MemoryDisk()
            var journal = try Journal(on: disk, salt: 7)
            for record in records { _ = try journal.append(record.span) }
            _ = try journal.sync()
            self.nonce = nonce
            core = Core(
                name: core.name, softwareVersion: "1.0.0", processNonce: nonce,
                identity: core.identity, running: .zero,
                nextRecord: UInt64(records.count) + 1)
            core.droppable = dropping
            core.quarantine = Quarantine(bans: rows.bans())
            _ = try Recovery.run(
                &core, rows: rows, journal: journal, from: rows.meta().journalFrom)
            keeper = RowKeeper(rows)
            heldDiscards = []
            isDiskHeld = false
            inbox = []
            isUp = true
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
            let turn = core.close(
                durableRecord: isDiskHeld ? durable : UInt64(records.count), journalBytes: 0)
            if let record = turn?.record { records.append(record) }
            heldDiscards += turn?.discards ?? []
            if !isDiskHeld {
                durable = UInt64(records.count)
                for shard in heldDiscards {
                    try take(try keeper.perform(.discard(shard: shard)))
                }
                heldDiscards.removeAll()
            }
            if let slice = turn?.slice {
                try take(try keeper.save(slice, durable: UInt64(records.count)))
            }
            return urgent + (turn?.messages ?? [])
        }

        /// The core hears of the oldest part that was held.
        mutating func tellSave() {
            if !heldSaves.isEmpty { core.handoffSaved(heldSaves.removeFirst()) }
        }

        private mutating func take(_ outcomes: [RowOutcome]) throws {
            for outcome in outcomes {
                switch outcome {
                case .saved: core.sliceSaved()
                case .read(let found): core.alertsRead(found)
                case .handoff(let saved):
                    if holdsSaves { heldSaves.append(saved) } else { core.handoffSaved(saved) }
                case .checkpointed, .quarantine, .quarantined: break
                }
            }
        }
    }

    /// What must never be.
    enum PairError: Error {
        case servedTwice(shard: Int, at: Int64)
    }

    /// A message that does not arrive, by what it says.
    enum Loss: Equatable {
        /// A part of a copy, and the answer to the last part.
        case part, prepared
        /// What the instances tell the broker of a move.
        case released, active
        /// What the broker tells the old owner of a new one that is gone.
        case thaw
        /// What the broker tells this node of the placement, by event or by answer.
        case placement(to: Int)
    }

    static let names = ["dc-a", "dc-b", "dc-c"]
    /// True: one that has not registered may hold what another serves. Nobody is routed to it, and
    /// its registration tells it.
    var holdsUnheard = false
    /// What is lost from now on.
    var losses: [Loss] = []
    /// False while the broker's process is gone.
    private(set) var isBrokerUp = true
    var nodes: [Node]
    var broker: BrokerMachine
    var now: Int64 = 1_000
    /// Parts of copies that went to the new owner.
    private(set) var chunks: [HandoffChunk] = []
    private(set) var answers: [UInt64: [UInt8]] = [:]
    private var nextRequest: UInt64 = 1 << 40
    private var nextNonce: UInt64 = 100

    init() throws {
        nodes = try zip(Self.names.prefix(2), [1, 2]).map { try Node($0, nonce: $1) }
        broker = BrokerMachine(
            record: nil, shardCounts: ShardCounts(all: 2),
            configuration: ClusterConfiguration(),
            bootstrap: BootstrapPlan(server: 0, rack: 0, dc: 2), freshClusterID: "c1", nonce: 7,
            now: now, wall: Timestamp(milliseconds: 1_800_000_000_000), rebalancesByItself: false)
        try pass(milliseconds: 3_000)
    }

    /// A third instance registers, without shards.
    mutating func join() throws {
        nodes.append(try Node(Self.names[2], nonce: 3))
        try pass(milliseconds: 2_000)
    }

    mutating func pass(milliseconds: Int64) throws {
        let end = now + milliseconds
        while now < end { try tick() }
    }

    /// Goes on until `isReached`, tick by tick; false when it never was within ten seconds.
    mutating func pass(until isReached: (inout HandoffPair) -> Bool) throws -> Bool {
        let end = now + 10_000
        while now < end {
            if isReached(&self) { return true }
            try tick()
        }
        return false
    }

    private mutating func tick() throws {
        now += 20
        for index in nodes.indices where nodes[index].isUp {
            for frames in try nodes[index].turn(at: now) where isBrokerUp {
                try carry(frames, from: index)
            }
        }
        for shard in 0..<2 where serversHeard(of: shard) > 1 {
            throw PairError.servedTwice(shard: shard, at: now)
        }
        guard isBrokerUp else { return }
        broker.tick(now: now, wall: wall)
        carryOutEffects()
    }

    private var wall: Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + now) }

    // MARK: crashes

    /// kill -9 of an instance; the broker finds its connection gone.
    mutating func crash(_ index: Int) {
        nodes[index].isUp = false
        guard isBrokerUp, let slot = broker.slot(of: route(index)) else { return }
        broker.sendFailed(to: slot, now: now, wall: wall)
        carryOutEffects()
    }

    /// - Parameter dropping: what the new process is told that it may let go.
    mutating func restart(_ index: Int, dropping: [UInt16: Epoch] = [:]) throws {
        nextNonce += 1
        try nodes[index].restart(nonce: nextNonce, dropping: dropping)
    }

    /// kill -9 of the broker.
    mutating func crashBroker() { isBrokerUp = false }

    /// A broker on the file of the last one, or on none.
    mutating func restartBroker(keepsFile: Bool) {
        nextNonce += 1
        broker = BrokerMachine(
            record: keepsFile ? broker.record : nil, shardCounts: ShardCounts(all: 2),
            configuration: ClusterConfiguration(), bootstrap: nil, freshClusterID: "c2",
            nonce: nextNonce, now: now, wall: wall, rebalancesByItself: false)
        isBrokerUp = true
    }

    private func serversHeard(of shard: Int) -> Int {
        nodes.count {
            $0.isUp && $0.core.ownedIndices.contains(shard)
                && !(holdsUnheard && $0.core.membership != .member)
        }
    }

    /// The instance that serves a shard now, by its core.
    func servers(of shard: Int) -> [String] {
        nodes.indices.filter { nodes[$0].isUp && nodes[$0].core.ownedIndices.contains(shard) }
            .map { Self.names[$0] }
    }

    // MARK: the broker

    /// A connection is a process's: a new one has another.
    private func route(_ index: Int) -> [UInt8] {
        [0, UInt8(index + 1), UInt8(truncatingIfNeeded: nodes[index].nonce)]
    }

    private func node(at slot: Int) -> Int? {
        nodes.indices.first { broker.slot(of: route($0)) == slot }
    }

    private mutating func deliver(_ frames: [[UInt8]], to index: Int) {
        if nodes[index].isUp { nodes[index].inbox.append(frames) }
    }

    private mutating func refuse(_ refusal: Refusal, _ envelope: Envelope, to index: Int) {
        deliver(
            [envelope.reply(.refused).packed, Payload.pack(RefusalPayload(refusal))], to: index)
    }

    /// Whether the answer to a part names what is durable: the copy is whole.
    private func isPrepared(_ envelope: Envelope, _ payload: [UInt8]) throws -> Bool {
        guard envelope.type == .handoff else { return false }
        return try MsgpackDecoder.decode(HandoffAnswer.self, from: payload).digest != nil
    }

    private mutating func carry(_ frames: [[UInt8]], from index: Int) throws {
        let header = frames[1]
        let envelope = try Envelope(header.span)
        if envelope.kind == .reply {
            guard let to = Self.names.firstIndex(of: String(decoding: frames[0], as: UTF8.self))
            else {
                answers[envelope.requestID] = frames[2]
                return
            }
            if losses.contains(.prepared), try isPrepared(envelope, frames[2]) { return }
            return deliver([frames[1], frames[2]], to: to)
        }
        switch envelope.type {
        case .register:
            if losses.contains(.placement(to: index)) { return }
            let body = try MsgpackDecoder.decode(Registration.self, from: frames[2])
            let result = broker.register(body, routingID: route(index), now: now, wall: wall)
            carryOutEffects()
            switch result {
            case .success(let grant):
                deliver([envelope.reply(.register).packed, Payload.pack(grant)], to: index)
            case .failure(let refusal): refuse(refusal, envelope, to: index)
            }
        case .beat:
            let body = try MsgpackDecoder.decode(Beat.self, from: frames[2])
            do throws(Refusal) {
                let reply = try broker.beat(
                    body, routingID: route(index), now: now, wall: wall)
                carryOutEffects()
                deliver([envelope.reply(.beat).packed, Payload.pack(reply)], to: index)
            } catch {
                refuse(error, envelope, to: index)
            }
        case .moveReport:
            let body = try MsgpackDecoder.decode(MoveReport.self, from: frames[2])
            if body.step == .released, losses.contains(.released) { return }
            if body.step == .active, losses.contains(.active) { return }
            if let slot = broker.slot(of: route(index)) {
                broker.take(body, from: slot, now: now)
            }
            carryOutEffects()
        case .handoff:
            chunks.append(try MsgpackDecoder.decode(HandoffChunk.self, from: frames[2]))
            if losses.contains(.part) { return }
            let to = try #require(
                nodes.indices.first { frames[0].elementsEqual("dc@\(Self.names[$0])".utf8) })
            deliver([Array(Self.names[index].utf8), frames[0], frames[1], frames[2]], to: to)
        case .getPlacement:
            if losses.contains(.placement(to: index)) { return }
            deliver(
                [envelope.reply(.placement).packed, Payload.pack(broker.record.placement)],
                to: index)
        default: break
        }
    }

    private mutating func carryOutEffects() {
        let effects = broker.takeEffects()
        if effects.tellsPlacement {
            let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
            for index in nodes.indices
            where broker.slot(of: route(index)) != nil && !losses.contains(.placement(to: index)) {
                deliver([envelope, Payload.pack(broker.record.placement)], to: index)
            }
        }
        for freeze in effects.freezes {
            let envelope = Envelope(kind: .event, type: .freeze, requestID: 0).packed
            guard let index = node(at: freeze.slot) else { continue }
            deliver([envelope, Payload.pack(freeze.order)], to: index)
        }
        for thaw in effects.thaws where !losses.contains(.thaw) {
            let envelope = Envelope(kind: .event, type: .thaw, requestID: 0).packed
            guard let index = node(at: thaw.slot) else { continue }
            deliver([envelope, Payload.pack(thaw.order)], to: index)
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
