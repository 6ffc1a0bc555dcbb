import SimulatedFleet
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// One service process: production's turns, journal, recovery and rows, between the simulated
/// network, a disk that fails and clocks that lie. Mirrors `Engine.turn` step by step.
final class SimulatedInstance<Service: TierService>: SimulatedProcess {
    let name: String
    let index: Int
    let link: Int
    private(set) var life: UInt64 = 0
    private(set) var isUp = false
    var clock: MachineClock
    var pausedUntil: Int64 = 0

    unowned let world: World
    private var random: SplitMix64
    let segmentBytes: UInt64
    /// Between two slices of rows: production's, or longer, as on a disk that is busy.
    private let rowPause: Milliseconds
    private var tampering: Tampering
    /// For a disk that lies: what it is after the next power cut.
    private var oldDisk: MemoryDisk?
    private var commits = 0
    private(set) var saboteur: Saboteur<Service>

    // MARK: what survives the process
    private(set) var disk = MemoryDisk()
    private(set) var rows: MemoryRows
    private(set) var identity = MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false)

    private var backup: InstanceBackup?

    // MARK: the process
    private(set) var cycle: TurnCycle<Service>?
    private var journal: Journal<MemoryDisk>?
    private var keeper: RowKeeper<MemoryRows>
    /// How far the shards had come when the last turn closed: what its messages may reflect.
    private(set) var releasedPositions: [(shard: UInt16, position: Position)] = []
    private var durable: ClosedTurn?
    private var isSyncing = false
    private var rowJobs: [RowJob] = []
    /// The most slices ever that the rows were given and had not written.
    private(set) var sliceMost = 0
    private var rowOutcomes: [RowOutcome] = []
    private var drops: [RecordNumber] = []
    private var wakesAt: Int64?
    /// The process dies after so many more messages; a crash in the middle of sending.
    private var sendsLeft: Int?

    init(name: String, index: Int, world: World) {
        self.name = name
        self.index = index
        self.world = world
        link = world.network.add(name: name, side: .service)
        random = RandomStream.processes.random(seed: world.plan.seed, index: index)
        saboteur = Saboteur(world.plan.mutation)
        segmentBytes = saboteur.segmentBytes(random.chance(0.5) ? 256 << 10 : 1 << 20)
        rowPause = [.seconds(1), .seconds(5), .seconds(10), .seconds(10)][random.index(below: 4)]
        clock = MachineClock(
            base: random.number(in: 1_000...1_000_000), skew: random.number(in: -400...400))
        tampering = Tampering(world.plan.mutation)
        rows = MemoryRows(tier: Service.Twin.tier)
        keeper = RowKeeper(rows)
    }

    // MARK: life

    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    func start() {
        guard !isUp else { return }
        do {
            try open()
        } catch {
            // It dies again while it recovers; whoever watches over it tries again.
            journal = nil
            cycle = nil
            life += 1
            disk.heal()
            rows.heal()
            world.processEnded(index, "while it recovered: \(error)")
            return
        }
        life += 1
        isUp = true
        world.network.open(link, &world.scheduler)
        world.instanceRecovered(self)
        wake(at: world.scheduler.now)
    }

    private func open() throws {
        keeper = RowKeeper(rows)
        if tampering.mutation == .forgetIdentity {
            identity = MemberIdentity(clusterId: nil, startNumber: 0, isRestored: false)
        }
        _ = try rows.checkpoint()
        let meta = rows.meta()
        let opened = try Journal(
            on: disk, segmentBytes: segmentBytes, salt: random.next(), knownDurable: meta.durable)
        var core = InstanceCore<Service>(
            name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: random.next(),
            identity: identity, running: .zero, nextRecord: opened.lastRecord.rawValue + 1)
        core.slicing.pause = rowPause
        core.quarantine = Quarantine(bans: rows.bans())
        let from =
            tampering.mutation == .skipReplay ? opened.lastRecord.next : meta.journalFrom
        try saboteur.recover(&core, rows: rows, journal: opened, from: from)
        cycle = TurnCycle(core: core, durableRecord: opened.lastRecord.rawValue)
        journal = consume opened
    }

    func crash(_ outage: Outage) {
        guard isUp else { return crashWhileDown(outage) }
        lose(outage)
        end("killed: \(outage)")
    }

    private func crashWhileDown(_ outage: Outage) {
        lose(outage)
    }

    private func lose(_ outage: Outage) {
        disk.heal()
        rows.heal()
        guard outage != .processCrash else { return }
        disk = (oldDisk ?? disk).copy(after: outage)
        oldDisk = nil
        rows = rows.copy(after: outage)
        clock.rebooted(at: world.scheduler.now, base: random.number(in: 1_000...10_000))
    }

    var hasBackup: Bool { backup != nil }

    /// Copies its files while it runs. One that is no member yet has nothing to copy.
    func makeBackup() {
        guard isMember, isQuiet, !positions.isEmpty else { return }
        backup = InstanceBackup(
            disk: disk.copy(after: .processCrash), rows: rows.copy(after: .processCrash),
            identity: identity)
        world.noteBackup(of: self)
    }

    /// Puts the files of the backup in place of its own, durable and marked as restored.
    func restoreBackup() {
        guard !isUp, let backup else { return }
        do {
            disk = backup.disk.copy(after: .processCrash)
            rows = backup.rows.copy(after: .processCrash)
            oldDisk = nil
            _ = try rows.checkpoint()
            _ = try Journal(
                on: disk, segmentBytes: segmentBytes, salt: random.next(),
                knownDurable: rows.meta().durable)
            identity = backup.identity
            identity.isRestored = true
        } catch {
            world.fail("restore", "\(name): its backup cannot be restored: \(error)")
        }
        self.backup = nil
    }

    /// Dies in the middle of sending what a commit has released.
    func crashWhileSending() { sendsLeft = random.index(below: 4) }

    func failDisk(after operations: Int, with kind: StoreError.Kind) {
        disk.fail(after: operations, with: kind)
    }

    func failRows(with kind: StoreError.Kind) { rows.fail(with: kind) }

    func healDisk() {
        disk.heal()
        rows.heal()
    }

    private func end(_ words: String) {
        cycle = nil
        journal = nil
        durable = nil
        isSyncing = false
        rowJobs.removeAll()
        rowOutcomes.removeAll()
        drops.removeAll()
        sendsLeft = nil
        wakesAt = nil
        isUp = false
        life += 1
        disk.heal()
        rows.heal()
        world.network.close(link)
        world.processEnded(index, words)
    }

    // MARK: the turn

    func wake(at time: Int64) {
        let time = max(time, pausedUntil)
        if let wakesAt, wakesAt <= time { return }
        wakesAt = time
        world.scheduler.plan(.turn(process: index, life: life), at: time)
    }

    func messageArrived() { wake(at: world.scheduler.now) }

    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    func turn() {
        // An earlier wake took the place of the one that this was planned for.
        guard wakesAt == world.scheduler.now else { return }
        wakesAt = nil
        guard isUp else { return }
        guard world.scheduler.now >= pausedUntil else { return wake(at: pausedUntil) }
        do {
            try pass()
        } catch {
            return end("\(error)")
        }
        let now = clock.now(at: world.scheduler.now).monotonic
        guard isUp, let patience = cycle?.patience(at: now) else { return }
        // A pass takes time too: never two in the same millisecond.
        wake(at: world.scheduler.now + max(1, patience))
    }

    /// The same steps in the same order as the engine's.
    private func pass() throws {
        guard let isFull = cycle?.isFullInPlace() else { return }
        let now = clock.now(at: world.scheduler.now)
        cycle?.pulse(at: now.monotonic)
        try takeCommitted()
        cycle?.open(at: now)
        try takeRowOutcomes()
        if !isFull { drain() }
        cycle?.core.spoilTurn(by: &saboteur)
        settleIdentity()
        for frames in cycle?.core.takeUrgent() ?? [] { try send(frames) }
        if cycle?.isCommittingInPlace() != true { try close() }
        if let sentence = cycle?.core.fatal { throw Ended(sentence: sentence) }
    }

    private struct Ended: Error, CustomStringConvertible {
        let sentence: String
        var description: String { sentence }
    }

    private func takeCommitted() throws {
        guard let turn = durable else { return }
        durable = nil
        cycle?.committed(turn, journalBytes: journal?.sizeBytes ?? 0)
        try release(turn)
    }

    private func takeRowOutcomes() throws {
        for outcome in rowOutcomes {
            switch outcome {
            case .saved:
                cycle?.core.sliceSaved()
                if saboteur.dropsJournalEarly { try dropEarly() }
            case .checkpointed(let record): try drop(before: record)
            case .read(let found): cycle?.core.alertsRead(found)
            case .handoff(let saved): cycle?.core.handoffSaved(saved)
            case .quarantine, .quarantined: break
            }
        }
        rowOutcomes.removeAll()
        for read in cycle?.core.alertReads ?? [] { ask(.read(read)) }
        cycle?.core.alertReads.removeAll()
        for job in cycle?.core.handoffJobs ?? [] { ask(.handoff(job)) }
        cycle?.core.handoffJobs.removeAll()
    }

    private func drain() {
        let messages = world.network.takeInbox(link, atMost: Limits.messagesPerTurnMax)
        var bytes = 0
        for frames in messages {
            let size = frames.reduce(0) { $0 + $1.count }
            bytes += size
            var taken = 0
            for frames in tampering.received(saboteur.read(frames, as: name)) {
                taken += frames.reduce(0) { $0 + $1.count }
                cycle?.receive(frames.count) { frames[$0] }
            }
            world.network.note(repeatedBytes: max(0, taken - size), toward: link)
        }
        saboteur.drained(
            messages.count, isBehindCommit: cycle?.isCommittingInPlace() == true)
        let isMore = messages.count == Limits.messagesPerTurnMax
        cycle?.drained(messages: messages.count, bytes: bytes, stoppedAtLimit: isMore)
    }

    private func settleIdentity() {
        guard let wanted = cycle?.core.identityToStoreInPlace() else { return }
        identity = wanted
        cycle?.core.identityStored()
        _ = cycle?.core.takeRefusal()
    }

    private func close() throws {
        guard let closing = cycle?.close() else { return }
        // What closes with nothing has changed nothing.
        if case .nothing = closing { return }
        releasedPositions = positions.map { ($0.shard, $0.position) }
        switch closing {
        case .nothing: break
        case .release(let turn): try release(turn)
        case .commit(let turn):
            try commit(turn)
            if tampering.mutation == .answerBeforeCommit { try release(turn) }
            if tampering.mutation == .rowsBeforeJournal, let slice = turn.slice {
                rowOutcomes += try keeper.save(slice, durable: turn.number)
                tellRowsSaved()
            }
        }
    }

    private func release(_ turn: ClosedTurn) throws {
        world.released(turn, by: self, durable: journal?.durableRecord.rawValue ?? 0)
        for frames in turn.messages { try send(frames) }
        if tampering.mutation == .rowsBeforeJournal, turn.record != nil { return }
        for shard in turn.discards { ask(.handoff(.discard(shard: shard))) }
        guard let slice = turn.slice else { return }
        ask(.save(slice, durable: cycle?.durableRecord ?? 0))
        if saboteur.hurriesRows { cycle?.core.sliceSaved() }
    }

    private func send(_ frames: [[UInt8]]) throws {
        if let left = sendsLeft {
            guard left > 0 else { throw Ended(sentence: "killed while it was sending") }
            sendsLeft = left - 1
        }
        let frames = saboteur.sent(tampering.sent(frames))
        guard !frames.isEmpty else { return }
        // Full queues drop: statuses repeat by themselves, clients repeat their requests.
        _ = world.network.send(frames, from: link, &world.scheduler)
    }

    // MARK: the disk

    /// The record is visible at once and durable when the sync ends.
    private func commit(_ turn: ClosedTurn) throws {
        guard let record = turn.record else { return }
        let bytes = saboteur.written(record)
        if !saboteur.losesRecord() {
            do throws(StoreError) {
                _ = try journal?.append(bytes.span)
            } catch {
                return try fail(error)
            }
        }
        isSyncing = true
        // A sync of more than 2 s blinds the instance, which is a fault: not while all is calm.
        let slowest: Int64 = world.isCalm ? 1_500 : 3_000
        let takes =
            random.chance(0.002) ? random.number(in: 500...slowest) : random.number(in: 1...6)
        world.scheduler.plan(.synced(process: index, life: life), at: world.scheduler.now + takes)
    }

    func synced() {
        guard isUp, isSyncing else { return }
        isSyncing = false
        do {
            do throws(StoreError) {
                if tampering.mutation != .skipSync { _ = try journal?.sync() }
                commits += 1
                if tampering.mutation == .syncLies, commits % 50 == 1 {
                    oldDisk = disk.copy(after: .powerCut)
                }
            } catch {
                return try fail(error)
            }
            durable = cycle?.inFlight
            for record in drops { try journal?.drop(before: record) }
            drops.removeAll()
        } catch {
            return end("\(error)")
        }
        wake(at: world.scheduler.now)
    }

    /// Whoever waits for an answer of the lost turn is told so, before the end.
    private func fail(_ error: StoreError) throws {
        for frames in try cycle?.refusals(for: error) ?? [] { try send(frames) }
        throw error
    }

    private func dropEarly() throws {
        if let last = journal?.lastRecord { try drop(before: last) }
    }

    private func drop(before record: RecordNumber) throws {
        guard !isSyncing else { return drops.append(record) }
        try journal?.drop(before: record)
    }

    private func ask(_ job: RowJob) {
        rowJobs.append(job)
        sliceMost = max(sliceMost, rowJobs.count { if case .save = $0 { true } else { false } })
        guard rowJobs.count == 1 else { return }
        planRows()
    }

    private func planRows() {
        let takes = random.chance(0.01) ? random.number(in: 200...2_000) : random.number(in: 2...20)
        world.scheduler.plan(.rowsDone(process: index, life: life), at: world.scheduler.now + takes)
    }

    func rowsDone() {
        guard isUp, !rowJobs.isEmpty else { return }
        do {
            switch rowJobs.removeFirst() {
            case .save(let slice, let durable):
                var slice = slice
                if tampering.mutation == .startReplayTooLate { slice.journalFrom = durable + 3 }
                rowOutcomes += try keeper.save(slice, durable: durable)
                tellRowsSaved()
            case .read(let read): rowOutcomes.append(try keeper.read(read))
            case .handoff(let job): rowOutcomes += try keeper.perform(job)
            }
        } catch {
            return end("\(error)")
        }
        if !rowJobs.isEmpty { planRows() }
        wake(at: world.scheduler.now)
    }

    private func tellRowsSaved() {
        world.rowsSaved(
            by: self, upTo: rows.meta().durable.rawValue,
            journal: journal?.durableRecord.rawValue ?? 0)
    }

    // MARK: for checkers

    /// Asks the core where it lies; nil while the process does not run.
    func withCore<Answer>(_ question: (inout InstanceCore<Service>) -> Answer) -> Answer? {
        cycle?.askInPlace(question)
    }

    var isQuiet: Bool {
        isUp && !isSyncing && durable == nil && cycle?.isCommittingInPlace() != true
    }
}
