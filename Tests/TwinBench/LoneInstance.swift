import CAllocations
import Foundation
import Msgpack
import TwinClient
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// One server core with a real journal and real rows, driven turn by turn without sockets.
///
/// Its own time runs 100 ms a turn, however long a turn really takes, so that the reports of one
/// round over all twins are ten seconds apart.
struct LoneInstance: ~Copyable {
    /// Fewest dirty twins at the end of any measured turn.
    private(set) var dirtyLeast = Int.max

    /// For each turn with a batch: blocks that the core asked the heap for, from the batch's
    /// arrival to the closed turn.
    private(set) var allocations: [UInt64] = []

    /// The turns as the engine runs them: its code is made for each tier, the core's own is not
    /// when it is called from outside its module, and then costs many times as much.
    private var cycle: TurnCycle<ServerService>
    private var journal: Journal<PosixDisk>
    private let rows: RowWriter
    private let wake: WakeSignal
    private let courtesy: DiskCourtesy
    private var batches: [PreparedBatch] = []
    private var nextBatch = 0
    private var monotonic: Int64 = 1_000
    private let wallAtStart = ClientTime.wall
    /// Handed out and not given to the rows: as long as it waits, no further one comes.
    private var waitingSlice: PendingSlice?
    /// What the neighbours say at the begin of the next turn.
    private var answers: [[[UInt8]]] = []

    static let name = "bench"
    private static let millisecondsPerTurn: Int64 = 100
    private static let commissionsPerTurn = 1_000
    static let shards = Limits.shardCountDefault

    private init(
        core: InstanceCore<ServerService>, journal: consuming Journal<PosixDisk>, rows: RowStore,
        courtesy: DiskCourtesy
    ) {
        cycle = TurnCycle(core: core, durableRecord: 0)
        self.journal = journal
        wake = WakeSignal()
        self.rows = RowWriter(rows, wake: wake)
        self.courtesy = courtesy
    }

    /// Commissions `twins` servers in an empty directory and packs the batches that report for
    /// them.
    static func commissioned(
        twins: Int, batch: Int, stateDirectory: String
    ) throws -> LoneInstance {
        let directory = URL(filePath: stateDirectory)
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
        let found = try FileManager.default.contentsOfDirectory(atPath: stateDirectory)
        guard found.isEmpty else {
            throw BenchError(
                "--state-dir: wanted an empty directory, found \(found.count) entries in "
                    + stateDirectory)
        }
        let courtesy = DiskCourtesy()
        let rows = try RowStore(
            path: directory.appending(path: RowStore.fileName).path, tier: .server, cluster: nil,
            courtesy: courtesy)
        let owner = try InstanceName(name)
        var instance = LoneInstance(
            core: InstanceCore(
                name: owner, softwareVersion: "bench", processNonce: 1,
                identity: MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false),
                running: .zero, nextRecord: 1),
            journal: try Journal(
                on: try PosixDisk(directory: directory.appending(path: "journal").path),
                segmentBytes: UInt64(Limits.journalSegmentBytes), salt: 1),
            rows: rows, courtesy: courtesy)
        let servers = try (0..<twins).map { number in
            Fleet.Server(key: try TwinKey("bench-s\(number)"), owner: owner)
        }
        try instance.join()
        try instance.commission(servers)
        for first in stride(from: 0, to: twins, by: batch) {
            instance.batches.append(
                try PreparedBatch(
                    of: servers[first..<min(first + batch, twins)], now: instance.wall))
        }
        return instance
    }

    /// What an engine goes on with.
    struct Parts: ~Copyable {
        let core: InstanceCore<ServerService>
        let journal: Journal<PosixDisk>
        let rows: RowWriter
        let wake: WakeSignal
        let courtesy: DiskCourtesy
        let batches: [PreparedBatch]
        let durable: UInt64
        /// By how much its wall clock is ahead of the machine's.
        let wallLead: Milliseconds
    }

    /// Ends the turns of this one: the same instance for real clocks and threads.
    consuming func parts() -> Parts {
        if let slice = waitingSlice { rows.save(slice, durable: cycle.durableRecord) }
        return Parts(
            core: cycle.core, journal: journal, rows: rows, wake: wake, courtesy: courtesy,
            batches: batches, durable: cycle.durableRecord, wallLead: wall - ClientTime.wall)
    }

    /// Bytes of the reports that it sends to itself again and again.
    var batchBytes: Int { batches.reduce(0) { $0 + $1.byteCount } }

    /// What a replay has to read.
    var journalBytes: UInt64 { journal.sizeBytes }

    private var wall: Timestamp { wallAtStart + Milliseconds(rawValue: monotonic) }

    // MARK: getting ready

    /// Answers the core's registration as a broker does: it owns the whole tier.
    private mutating func join() throws {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: Self.shards))
        let parent = try InstanceName(LoneNeighbours.parent)
        for index in 0..<UInt16(Self.shards) {
            placement[ShardID(tier: .server, index: index)] = Placement.Owner(
                instance: cycle.core.name, epoch: .first, isBorn: false)
            placement[ShardID(tier: .rack, index: index)] = Placement.Owner(
                instance: parent, epoch: .first, isBorn: true)
        }
        let grant = RegistrationGrant(
            clusterId: "bench", startNumber: 1,
            configuration: ClusterConfiguration(allowsSimulation: true), placement: placement,
            brokerNonce: 1)
        try begin()
        let asked = try close(journalBytes: 0)
        guard let frames = asked?.messages.first, frames.count > 1 else {
            throw BenchError("a new core was expected to register and sent nothing")
        }
        let header = frames[1]
        let envelope = try Envelope(header.span)
        try begin()
        receive([envelope.reply(.register).packed, Payload.pack(grant)])
        cycle.core.identityStored()
        _ = try close(journalBytes: 0)
    }

    private mutating func commission(_ servers: [Fleet.Server]) throws {
        for first in stride(from: 0, to: servers.count, by: Self.commissionsPerTurn) {
            try begin()
            for number in first..<min(first + Self.commissionsPerTurn, servers.count) {
                let body = CommissionRequest(
                    dc: try TwinKey("bench"), rack: try TwinKey("bench-r\(number / 40)"),
                    labels: ["simulated": "true"], intervalSeconds: 10)
                request(.commission, to: "server/\(servers[number].key)", Payload.pack(body))
            }
            _ = try close(journalBytes: 0)
        }
        let refused = cycle.core.counters.refused
        guard refused.isEmpty else {
            throw BenchError("commissions were refused: \(refused)")
        }
    }

    /// So many reports of every twin, ten seconds apart.
    mutating func fillWindows(reports: Int) throws {
        for _ in 0..<reports * batches.count {
            if let slice = try turn(journalBytes: 0).slice { waitingSlice = slice }
        }
    }

    // MARK: measuring

    /// When rows are handed to their thread.
    enum Pace {
        case never
        /// A slice every ten turns, which is once a second of the instance's own time.
        case usual
        /// A slice as soon as the one before is saved: the journal grows long.
        case hurried
    }

    /// Turns for so many seconds.
    mutating func measure(seconds: Int, rows pace: Pace) throws -> TurnTimes {
        var times = TurnTimes()
        if pace != .never, let slice = waitingSlice {
            waitingSlice = nil
            rows.save(slice, durable: cycle.durableRecord)
        }
        let journalBytes = pace == .hurried ? Limits.journalBytesMax / 2 + 1 : 0
        let end = ClientTime.monotonicMilliseconds + Int64(seconds) * 1_000
        while ClientTime.monotonicMilliseconds < end {
            try takeRowOutcomes()
            let turn = try turn(journalBytes: journalBytes)
            times.note(closing: turn.closing, whole: turn.whole, hasSlice: turn.slice != nil)
            dirtyLeast = min(
                dirtyLeast, cycle.core.shards.reduce(0) { $0 + ($1?.dirty.count ?? 0) })
            guard let slice = turn.slice else { continue }
            if pace == .never {
                waitingSlice = slice
            } else {
                rows.save(slice, durable: cycle.durableRecord)
            }
        }
        return times
    }

    private mutating func takeRowOutcomes() throws {
        for outcome in try rows.takeOutcomes() {
            switch outcome {
            case .saved: cycle.core.sliceSaved()
            case .checkpointed(let record): try journal.drop(before: record)
            case .read, .handoff, .quarantine, .quarantined: break
            }
        }
    }

    // MARK: turns

    private struct Turn {
        /// Seconds that the engine's thread spent in closing.
        var closing: Double
        /// The same with the record's append and sync.
        var whole: Double
        var slice: PendingSlice?
    }

    private mutating func turn(journalBytes: UInt64) throws -> Turn {
        try begin()
        let batch = batches[nextBatch].payload(at: wall)
        nextBatch = (nextBatch + 1) % batches.count
        let frames = Self.frames(.reportBatch, to: "server@\(Self.name)", batch)
        let counted = twin_allocations()
        receive(frames)
        let began = ClientTime.monotonicNanoseconds
        let closed = Self.turn(of: cycle.close())
        allocations.append(twin_allocations() - counted)
        let closing = ClientTime.monotonicNanoseconds
        if let closed { try commit(closed, journalBytes: journalBytes) }
        let end = ClientTime.monotonicNanoseconds
        return Turn(
            closing: Double(closing - began) / 1e9, whole: Double(end - began) / 1e9,
            slice: closed?.slice)
    }

    private mutating func begin() throws {
        monotonic += Self.millisecondsPerTurn
        cycle.pulse(at: monotonic)
        let clock = TurnClock(monotonic: monotonic, suspendedAware: monotonic, wall: wall)
        cycle.open(at: clock)
        answers += try LoneNeighbours.answer(to: cycle.core.takeUrgent(), placementVersion: 1)
        for frames in answers { receive(frames) }
        answers.removeAll()
    }

    private mutating func close(journalBytes: UInt64) throws -> ClosedTurn? {
        let closed = Self.turn(of: cycle.close())
        if let closed {
            try commit(closed, journalBytes: journalBytes)
            if let slice = closed.slice { waitingSlice = slice }
        }
        return closed
    }

    private static func turn(of closing: TurnCycle<ServerService>.Closing) -> ClosedTurn? {
        switch closing {
        case .nothing: nil
        case .release(let turn), .commit(let turn): turn
        }
    }

    private mutating func commit(_ turn: ClosedTurn, journalBytes: UInt64) throws {
        answers += try LoneNeighbours.answer(to: turn.messages, placementVersion: 1)
        guard let record = turn.record else { return }
        courtesy.commitBegins()
        defer { courtesy.commitEnds() }
        _ = try journal.append(record.span)
        _ = try journal.sync()
        cycle.committed(turn, journalBytes: journalBytes)
    }

    private mutating func request(
        _ type: MessageType, to destination: String, _ payload: [UInt8]
    ) {
        receive(Self.frames(type, to: destination, payload))
    }

    private static func frames(
        _ type: MessageType, to destination: String, _ payload: [UInt8]
    ) -> [[UInt8]] {
        let envelope = Envelope(kind: .request, type: type, requestID: 1)
        return [Array("client".utf8), Array(destination.utf8), envelope.packed, payload]
    }

    private mutating func receive(_ frames: [[UInt8]]) {
        cycle.receive(frames.count) { frames[$0] }
    }
}
