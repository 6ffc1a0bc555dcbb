package import Logging
package import TwinStore
package import ZeroMQ
internal import TwinCore
internal import TwinWire

/// The thread of one instance: drain, step, commit once, release.
///
/// Runs the pure core between a socket and a disk. One commit is in flight at most; meanwhile the
/// next turn gathers, and nothing of a turn leaves before its record is durable. Only beats do.
package struct Engine<Service: TierService>: ~Copyable {
    private var core: InstanceCore<Service>
    private var socket: Socket
    private var poller: Poller
    private let socketPlace: Int
    private let wake: WakeSignal
    private let commits: CommitThread
    private let rows: RowWriter
    private var directory: StateDirectory
    private let log: Logger

    private var inFlight: ClosedTurn?
    private var isTurnOpen = false
    private var openMessages = 0
    private var openBytes = 0
    private var durableRecord: UInt64
    private var journalBytes: UInt64 = 0
    private var commitTimes = CommitTimes()
    private var rate = InputRate()
    private var nextLoadAt: Int64 = 0
    private var message = Message()
    private var wasMember = false
    private var undelivered: UInt64 = 0

    /// So much may gather behind one commit; then the socket waits.
    private static var gatheredMessagesMax: Int { 8 * Limits.messagesPerTurnMax }
    private static var gatheredBytesMax: Int { 4 * Limits.bytesPerTurnMax }

    package init(
        core: consuming InstanceCore<Service>, socket: consuming Socket, wake: WakeSignal,
        commits: CommitThread, rows: RowWriter, directory: consuming StateDirectory,
        durableRecord: UInt64, log: Logger
    ) {
        self.core = core
        var poller = Poller()
        socketPlace = poller.add(socket)
        _ = poller.add(fileDescriptor: wake.fileDescriptor)
        self.poller = poller
        self.socket = socket
        self.wake = wake
        self.commits = commits
        self.rows = rows
        self.directory = directory
        self.durableRecord = durableRecord
        self.log = log
    }

    /// Runs until a stop is asked for, then makes everything durable and says goodbye.
    package mutating func run() throws {
        while !wake.isStopRequested { try turn(mayWait: true) }
        core.stop()
        try finish()
    }

    private mutating func turn(mayWait: Bool) throws {
        let isFull =
            openMessages >= Self.gatheredMessagesMax || openBytes >= Self.gatheredBytesMax
        poller.setInterest(isFull ? [] : .readable, of: socketPlace)
        _ = try poller.wait(timeoutMilliseconds: mayWait ? patience : 0)
        wake.clear()
        core.pulse(
            at: EngineClock.monotonicMilliseconds, oldestTurnMilliseconds: oldestTurnMilliseconds)
        try takeCommitted()
        if !isTurnOpen {
            core.begin(EngineClock.now)
            isTurnOpen = true
        }
        try takeRowOutcomes()
        if !isFull { try drain() }
        try settleIdentity()
        for frames in core.takeUrgent() { try send(frames) }
        if inFlight == nil { try close() }
        if let sentence = core.fatal { throw StartError(.refused, sentence) }
    }

    /// Behind a commit only its end, a message or the next beat matter: the turn's own time stands
    /// still.
    private var patience: Int {
        guard inFlight == nil else { return Int(Limits.turnIntervalMax.rawValue) }
        let soonest = core.nextWake - EngineClock.monotonicMilliseconds
        return Int(max(0, min(soonest, Limits.turnIntervalMax.rawValue)))
    }

    private var oldestTurnMilliseconds: Int64 {
        inFlight.map { EngineClock.monotonicMilliseconds - $0.closedAt } ?? 0
    }

    // MARK: in

    private mutating func drain() throws {
        var messages = 0
        var bytes = 0
        while messages < Limits.messagesPerTurnMax, bytes < Limits.bytesPerTurnMax {
            switch try socket.receive(into: &message) {
            case .none:
                core.drained(stoppedAtLimit: false)
                openMessages += messages
                openBytes += bytes
                return
            case .tooManyFrames:
                core.counters.malformed += 1
            case .message:
                let received = message
                core.receive(received.frameCount) { received.bytes($0) }
                bytes += received.byteCount
            }
            messages += 1
        }
        core.drained(stoppedAtLimit: true)
        openMessages += messages
        openBytes += bytes
    }

    private mutating func takeCommitted() throws {
        let durable: [CommitThread.Committed]
        do throws(StoreError) {
            durable = try commits.takeCommitted()
        } catch {
            try refuseInFlight(error)
            throw error
        }
        for committed in durable {
            inFlight = nil
            if committed.turn.record != nil { durableRecord = committed.turn.number }
            journalBytes = committed.journalBytes
            commitTimes.note(committed.seconds)
            try release(committed.turn)
        }
    }

    private mutating func takeRowOutcomes() throws {
        for outcome in try rows.takeOutcomes() {
            switch outcome {
            case .saved: core.sliceSaved()
            case .checkpointed(let record): commits.drop(before: record)
            case .read(let found): core.alertsRead(found)
            }
        }
        for read in core.alertReads { rows.read(read) }
        core.alertReads.removeAll()
    }

    /// The broker's grant goes to the identity file before the first beat carries its number.
    private mutating func settleIdentity() throws {
        if let identity = core.identityToStore {
            try directory.update {
                $0.cluster = identity.clusterId
                $0.startNumber = identity.startNumber
                $0.restored = false
            }
            core.identityStored()
            log.info(
                "registered",
                metadata: [
                    "instance": .string(core.name.text),
                    "cluster": .string(identity.clusterId ?? ""),
                    "shards": .stringConvertible(core.ownedIndices.count),
                ])
        }
        if let sentence = core.takeRefusal() {
            log.warning("registration refused; asking again: \(sentence)")
        }
        let isMember = core.membership == .member
        if wasMember, !isMember { log.warning("the broker does not answer; asking again") }
        wasMember = isMember
    }

    // MARK: out

    private mutating func close() throws {
        tellLoad()
        isTurnOpen = false
        openMessages = 0
        openBytes = 0
        guard
            let turn = core.close(durableRecord: durableRecord, journalBytes: journalBytes)
        else { return }
        // Everything before is durable: what wrote nothing may go at once.
        guard turn.record != nil else { return try release(turn) }
        inFlight = turn
        commits.commit(turn)
    }

    private mutating func release(_ turn: ClosedTurn) throws {
        for frames in turn.messages { try send(frames) }
        if let slice = turn.slice { rows.save(slice, durable: durableRecord) }
    }

    /// The disk failed: whoever waits for an answer of the lost turn is told so, before the end.
    private mutating func refuseInFlight(_ error: StoreError) throws {
        let refusal = Refusal(
            .storageFailed, "\(core.name) cannot write and stops: \(error.sentence)",
            hint: "make room or replace the disk, then start the instance again")
        let payload = Payload.pack(RefusalPayload(refusal))
        for frames in inFlight?.messages ?? [] where frames.count == Self.replyFrames {
            let header = frames[1]
            let envelope = try Envelope(header.span)
            guard envelope.kind == .reply else { continue }
            try send([frames[0], envelope.reply(.refused, from: core.source).packed, payload])
        }
    }

    /// Route, envelope, payload.
    private static var replyFrames: Int { 3 }

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
        core.load.inputsPerSecond = rate.perSecond(core.counters.inputs, at: now)
        core.load.commitSecondsP99 = commitTimes.p99
        core.load.journalBytes = journalBytes
        core.load.diskFreeBytes = ProcessMeasures.diskFreeBytes(at: directory.paths.directory)
        core.load.residentBytes = ProcessMeasures.residentBytes
        core.load.lagSeconds = Double(oldestTurnMilliseconds) / 1000
    }

    // MARK: the end

    /// Commits what is open, tells the broker, writes the rows that are left; bounded in time by
    /// the caller's deadline, correct without: the journal has everything.
    private mutating func finish() throws {
        let deadline = EngineClock.monotonicMilliseconds + Self.farewell.rawValue
        while EngineClock.monotonicMilliseconds < deadline {
            try turn(mayWait: inFlight != nil)
            if inFlight == nil, core.isSaved { break }
        }
        log.info(
            "stopping",
            metadata: [
                "instance": .string(core.name.text), "record": .stringConvertible(durableRecord),
            ])
        commits.stop()
        rows.stop()
        try takeRowOutcomes()
    }

    private static var farewell: Milliseconds { .seconds(10) }
}
