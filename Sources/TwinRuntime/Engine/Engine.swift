package import Logging
package import TwinStore
package import ZeroMQ
package import TwinCore
internal import TwinWire

/// The thread of one instance: drain, step, commit once, release.
///
/// Runs the pure core between a socket and a disk. One commit is in flight at most; meanwhile the
/// next turn gathers, and nothing of a turn leaves before its record is durable. Only beats do.
package struct Engine<Service: TierService>: ~Copyable {
    private var cycle: TurnCycle<Service>
    private var socket: Socket
    private var poller: Poller
    private let socketPlace: Int
    private let wake: WakeSignal
    private let commits: CommitThread
    private let rows: RowWriter
    private var directory: StateDirectory
    private let log: Logger

    private var commitTimes = CommitTimes()
    private var rate = InputRate()
    private var nextLoadAt: Int64 = 0
    private var message = Message()
    private var wasMember = false
    private var undelivered: UInt64 = 0
    private let drainPatience: Milliseconds?

    package init(
        core: consuming InstanceCore<Service>, socket: consuming Socket, wake: WakeSignal,
        commits: CommitThread, rows: RowWriter, directory: consuming StateDirectory,
        durableRecord: UInt64, drainPatience: Milliseconds?, log: Logger
    ) {
        self.drainPatience = drainPatience
        cycle = TurnCycle(core: core, durableRecord: durableRecord)
        var poller = Poller()
        socketPlace = poller.add(socket)
        _ = poller.add(fileDescriptor: wake.fileDescriptor)
        self.poller = poller
        self.socket = socket
        self.wake = wake
        self.commits = commits
        self.rows = rows
        self.directory = directory
        self.log = log
    }

    /// Runs until a stop is asked for, then gives its shards away if it is to, makes everything
    /// durable and says goodbye.
    package mutating func run() throws {
        while !wake.isStopRequested { try turn(mayWait: true) }
        if let drainPatience { try leave(within: drainPatience) }
        cycle.core.stop()
        try finish()
    }

    private mutating func turn(mayWait: Bool) throws {
        let isFull = cycle.isFull
        poller.setInterest(isFull ? [] : .readable, of: socketPlace)
        let patience = mayWait ? cycle.patience(at: EngineClock.monotonicMilliseconds) : 0
        _ = try poller.wait(timeoutMilliseconds: Int(patience))
        wake.clear()
        cycle.pulse(at: EngineClock.monotonicMilliseconds)
        try takeCommitted()
        cycle.open(at: EngineClock.now)
        try takeRowOutcomes()
        if !isFull { try drain() }
        try settleIdentity()
        for frames in cycle.core.takeUrgent() { try send(frames) }
        if cycle.inFlight == nil { try close() }
        if let sentence = cycle.core.fatal { throw StartError(.refused, sentence) }
    }

    // MARK: in

    private mutating func drain() throws {
        var messages = 0
        var bytes = 0
        while messages < Limits.messagesPerTurnMax, bytes < Limits.bytesPerTurnMax {
            switch try socket.receive(into: &message) {
            case .none:
                cycle.drained(messages: messages, bytes: bytes, stoppedAtLimit: false)
                return
            case .tooManyFrames:
                cycle.core.counters.malformed += 1
            case .message:
                let received = message
                cycle.receive(received.frameCount) { received.bytes($0) }
                bytes += received.byteCount
            }
            messages += 1
        }
        cycle.drained(messages: messages, bytes: bytes, stoppedAtLimit: true)
    }

    private mutating func takeCommitted() throws {
        let durable: [CommitThread.Committed]
        do throws(StoreError) {
            durable = try commits.takeCommitted()
        } catch {
            // Whoever waits for an answer of the lost turn is told so, before the end.
            for frames in try cycle.refusals(for: error) { try send(frames) }
            throw error
        }
        for committed in durable {
            cycle.committed(committed.turn, journalBytes: committed.journalBytes)
            commitTimes.note(committed.seconds)
            try release(committed.turn)
        }
    }

    private mutating func takeRowOutcomes() throws {
        for outcome in try rows.takeOutcomes() {
            switch outcome {
            case .saved: cycle.core.sliceSaved()
            case .checkpointed(let record): commits.drop(before: record)
            case .read(let found): cycle.core.alertsRead(found)
            case .handoff(let saved): cycle.core.handoffSaved(saved)
            case .quarantine(let question, let finding):
                cycle.core.quarantineFound(finding, for: question)
            case .quarantined(let count): cycle.core.quarantine.count = count
            }
        }
        for read in cycle.core.alertReads { rows.read(read) }
        cycle.core.alertReads.removeAll()
        for job in cycle.core.handoffJobs { rows.perform(job) }
        cycle.core.handoffJobs.removeAll()
        for kept in cycle.core.quarantine.takeKept() { rows.keep(kept) }
        for question in cycle.core.quarantine.takeQuestions() { rows.answer(question) }
    }

    /// The broker's grant goes to the identity file before the first beat carries its number.
    private mutating func settleIdentity() throws {
        if let identity = cycle.core.identityToStore {
            let isRegistration = cycle.core.membership != .member
            try directory.update {
                $0.cluster = identity.clusterId
                $0.startNumber = identity.startNumber
                $0.restored = identity.isRestored
            }
            cycle.core.identityStored()
            if isRegistration {
                log.info(
                    "registered",
                    metadata: [
                        "instance": .string(cycle.core.name.text),
                        "cluster": .string(identity.clusterId ?? ""),
                        "shards": .stringConvertible(cycle.core.ownedIndices.count),
                    ])
            }
        }
        if let sentence = cycle.core.takeRefusal() {
            log.warning("registration refused; asking again: \(sentence)")
        }
        let isMember = cycle.core.membership == .member
        if wasMember, !isMember { log.warning("the broker does not answer; asking again") }
        wasMember = isMember
    }

    // MARK: out

    private mutating func close() throws {
        tellLoad()
        switch cycle.close() {
        case .nothing: break
        case .release(let turn): try release(turn)
        case .commit(let turn): commits.commit(turn)
        }
    }

    private mutating func release(_ turn: ClosedTurn) throws {
        for frames in turn.messages { try send(frames) }
        for shard in turn.discards { rows.perform(.discard(shard: shard)) }
        if let slice = turn.slice { rows.save(slice, durable: cycle.durableRecord) }
        if !turn.requeued.isEmpty { rows.forget(turn.requeued) }
    }

    private mutating func send(_ frames: [[UInt8]]) throws {
        switch try socket.send(frames) {
        case .sent: break
        case .wouldBlock, .unreachable:
            // Statuses and receipts repeat by themselves, clients repeat their requests.
            undelivered += 1
        }
    }

    /// Once for each beat: some of it is a system call or a sort.
    private mutating func tellLoad() {
        let now = EngineClock.monotonicMilliseconds
        guard now >= nextLoadAt else { return }
        nextLoadAt = now + Limits.beatInterval.rawValue
        let inputs = cycle.core.counters.inputs
        cycle.core.load.inputsPerSecond = rate.perSecond(inputs, at: now)
        cycle.core.load.commitSecondsP99 = commitTimes.p99
        cycle.core.load.journalBytes = cycle.journalBytes
        cycle.core.load.diskFreeBytes = ProcessMeasures.diskFreeBytes(at: directory.paths.directory)
        cycle.core.load.residentBytes = ProcessMeasures.residentBytes
        cycle.core.load.lagSeconds = Double(cycle.oldestTurnMilliseconds(at: now)) / 1000
    }

    // MARK: the end

    /// Serves on until the other instances of the tier have all shards, or it is no use to wait.
    private mutating func leave(within patience: Milliseconds) throws {
        log.info(
            "giving all shards away before stopping",
            metadata: [
                "instance": .string(cycle.core.name.text),
                "shards": .stringConvertible(cycle.core.ownedIndices.count),
                "seconds": .stringConvertible(patience.rawValue / 1_000),
            ])
        cycle.core.leave(within: patience)
        while cycle.core.leaving?.end == nil { try turn(mayWait: true) }
        switch cycle.core.leaving?.end {
        case .empty, nil:
            log.info("all shards are given away")
        case .keeping(let shards, let why):
            log.warning(
                "stopping with shards that nobody serves until this instance is back",
                metadata: ["shards": .stringConvertible(shards), "why": .string(why)])
        }
    }

    /// Commits what is open, tells the broker, writes the rows that are left; bounded in time by
    /// the caller's deadline, correct without: the journal has everything.
    private mutating func finish() throws {
        let deadline = EngineClock.monotonicMilliseconds + Self.farewell.rawValue
        while EngineClock.monotonicMilliseconds < deadline {
            try turn(mayWait: cycle.inFlight != nil)
            if cycle.inFlight == nil, cycle.core.isSaved() { break }
        }
        log.info(
            "stopping",
            metadata: [
                "instance": .string(cycle.core.name.text),
                "record": .stringConvertible(cycle.durableRecord),
            ])
        commits.stop()
        rows.stop()
        try takeRowOutcomes()
    }

    private static var farewell: Milliseconds { .seconds(10) }
}
