internal import Msgpack
package import TwinCore
package import TwinStore
package import TwinWire

/// One instance without its threads, sockets and files: messages and clocks in, closed turns out.
///
/// A turn is `begin`, any number of `receive`, `close`. What it answers and sends stays inside the
/// closed turn until the caller has made its record durable, answers that wrote nothing included.
/// Deterministic: the same calls give the same turns, so a simulator can run it.
package struct InstanceCore<Service: TierService>: Sendable {
    package typealias Twin = Service.Twin

    package let name: InstanceName
    package let softwareVersion: String
    /// Drawn by the process at its start.
    package let processNonce: UInt64

    package internal(set) var identity: MemberIdentity
    package internal(set) var membership = Membership.outside(nextAttempt: 0)
    package internal(set) var placement: Placement?
    /// The broker that let us in last, by its nonce.
    var placementBroker: UInt64?
    package internal(set) var configuration = ClusterConfiguration()
    /// By shard index; nil = served by somebody else.
    package var shards: [Shard<Twin>?] = []
    /// Shards on their way out: copied while they are in `shards`, frozen or released here.
    var departures: [UInt16: Departure<Twin>] = [:]
    /// Copies that a person lets go once somebody else serves their shard: the epoch of each, by
    /// shard index. A copy at another epoch is kept.
    package var droppable: [UInt16: Epoch] = [:]
    /// Copies of shards on their way in.
    var arrivals: [UInt16: Arrival<Twin>] = [:]
    /// When the broker was last told that a shard that came is served.
    var arrived: [UInt16: Int64] = [:]
    /// What the rows are to do for moves, since it was last taken.
    package var handoffJobs: [HandoffJob] = []
    /// Giving all shards away before the end; nil = nobody has asked for the end.
    package internal(set) var leaving: Leaving?
    /// Why this instance cannot go on: the process ends with this sentence.
    package internal(set) var fatal: String?

    package internal(set) var time: TurnTime
    var clock = TurnClock(monotonic: 0, suspendedAware: 0, wall: Timestamp(milliseconds: 0))
    /// CLOCK_MONOTONIC now: runs on while a turn stays open behind a slow commit.
    var now: Int64 = 0
    var monitor = ObservationMonitor()
    /// The number that the open turn's record will have.
    package internal(set) var record: UInt64

    // The open turn.
    var births: [ShardBirth] = []
    var ownershipMoves: [OwnershipMove] = []
    /// Shards whose rows may go once the turn is durable.
    var discards: [UInt16] = []
    /// Shards by index whose rows go with a record that is not durable yet: until then no copy may
    /// be put into their place.
    var forgotten: [UInt16: UInt64] = [:]
    /// Some shard came or went: readers that wait for alerts look anew.
    var endsAlertWaits = false
    /// Shards by index whose birth is not durable yet, with its record: nobody is told of them,
    /// because a shard that was told and then lost is lost for good.
    var youngShards: [UInt16: UInt64] = [:]
    /// The record that gives restored shards their new epoch; nil once it is durable.
    var reopenedBy: UInt64?
    var touched: [UInt16] = []
    var isTouched: [Bool] = []
    package var arena: [Float] = []
    var reportNumbers = KnownReportNumbers()
    /// Empty between turns: what a shard's inputs and alerts are taken into.
    private var closingInputs: [ShardInput<Twin.Input>] = []
    private var closingAlerts: [NumberedAlert] = []
    var messages: [[[UInt8]]] = []
    /// Beats: the only messages that wait for no commit.
    var urgent: [[[UInt8]]] = []

    // Owing, alerts, waiters.
    package var owing = OwingQueue()
    package var foldDebts = FoldDebts()
    package var audits = AuditSchedule()
    var auditIntake = AuditIntake()
    package var alerts = AlertTail()
    var waiters: [AlertWaiter] = []
    package var alertReads: [AlertRead] = []
    package var unknownReporters = UnknownReporters()
    var clockSuspicion = ClockSuspicion()

    /// Where the next process finds what this one had in hand; nil = nobody looks.
    package var inHand: InHand?
    package var quarantine = Quarantine()

    // Rows behind the journal.
    package var slicing = Slicing()
    /// The journal is at its limit: nothing new is taken until rows have caught up.
    var isJournalFull = false
    /// The journal is so near its limit that reports wait for rows.
    private var isJournalLong = false
    /// No message should be taken before the slice under way is saved: then reports come no faster
    /// than rows are written, and nobody is refused.
    package var awaitsRows: Bool { isJournalLong && slicing.isInFlight }
    var packer = Packer(capacity: 1 << 16)
    var scratch = Packer()

    // Beats and counters.
    var beatNumber: UInt64 = 0
    var nextBeatAt: Int64 = 0
    /// What the broker was told last that it may send, in bytes over this connection.
    var creditGranted: UInt64 = 0
    /// The broker's name for that connection; nil = it has given none.
    var connection: UInt64?
    var nextRequestID: UInt64
    var refusingSince: Int64?
    var refusalToTell: String?
    package private(set) var isStopping = false
    package var counters = InstanceCounters()
    /// What the beat tells about this process; the measured parts are set by the engine.
    package var load = InstanceLoad()

    /// - Parameters:
    ///   - running: the instance's running time at the last record, zero for a new instance.
    ///   - nextRecord: the number of the next journal record.
    package init(
        name: InstanceName, softwareVersion: String, processNonce: UInt64,
        identity: MemberIdentity, running: Milliseconds, nextRecord: UInt64
    ) {
        self.name = name
        self.softwareVersion = softwareVersion
        self.processNonce = processNonce
        self.identity = identity
        time = TurnTime(running: running, wall: Timestamp(milliseconds: 0))
        record = nextRecord
        nextRequestID = processNonce
    }

    package var tier: Tier { Twin.tier }
    package var source: Envelope.Source {
        Envelope.Source(instance: name.text, startNumber: identity.startNumber)
    }

    /// Restored, and not told its new epochs yet: a step under the old ones would use positions and
    /// alert numbers again that somebody has been told of before.
    package var awaitsEpochs: Bool { identity.isRestored && placement == nil }

    package var ownedIndices: [Int] { shards.indices.filter { shards[$0]?.epoch != nil } }

    /// True when the shard is served here. Reads one field: comparing a shard with nil copies it.
    func owns(_ index: Int) -> Bool { shards[index]?.epoch != nil }

    // MARK: the turn

    /// Tells the time between turns and sends the beat that is due: beats wait for no commit.
    package mutating func pulse(at now: Int64, oldestTurnMilliseconds: Int64) {
        self.now = now
        load.oldestTurnMilliseconds = oldestTurnMilliseconds
        if case .member = membership, now >= nextBeatAt || isCreditUsed { beat() }
    }

    /// The process is asked to stop: the next beat says so and is due at once, waiting readers are
    /// answered, rows are written without pause.
    package mutating func stop() {
        isStopping = true
        nextBeatAt = now
    }

    /// Begins a turn at these clocks; the shards' time advances by at most one second. All inputs
    /// of the turn share this time: it is what their record says.
    package mutating func begin(_ clock: TurnClock) {
        let passed = self.clock.monotonic == 0 ? 0 : clock.monotonic - self.clock.monotonic
        let step = min(max(0, passed), Limits.elapsedPerTurnMax.rawValue)
        time.running = time.running + Milliseconds(rawValue: step)
        if self.clock.monotonic != 0 {
            let drift = (clock.wall - self.clock.wall).rawValue - passed
            if abs(drift) > Limits.wallStepMin.rawValue { counters.wallSteps += 1 }
        }
        time.wall = clock.wall
        self.clock = clock
        now = clock.monotonic
        monitor.turnBegan(at: clock.suspendedAware)
    }

    /// Ends a turn: timers, owed batches, beats, one record for all inputs.
    /// - Returns: nil when there is nothing to write and nothing to send.
    package mutating func close(durableRecord: UInt64, journalBytes: UInt64) -> ClosedTurn? {
        if !youngShards.isEmpty {
            youngShards = youngShards.filter { $0.value > durableRecord }
        }
        if !forgotten.isEmpty { forgotten = forgotten.filter { $0.value > durableRecord } }
        if let reopening = reopenedBy, reopening <= durableRecord { reopenedBy = nil }
        isJournalFull = journalBytes >= Limits.journalBytesMax
        isJournalLong = journalBytes >= Limits.journalBytesLong
        monitor.refusesReports(isJournalFull)
        if !awaitsEpochs {
            followMonitor()
            fireTimers()
            Service.tick(core: &self)
        }
        tendMembership()
        tendLeaving()
        tendDepartures()
        reportArrivals()
        let recordBytes = packRecord()
        freezeMarked()
        answerWaiters()
        let slice = nextSlice(recordBytes: recordBytes?.count, journalBytes: journalBytes)
        guard recordBytes != nil || slice != nil || !messages.isEmpty else { return nil }
        let turn = ClosedTurn(
            record: recordBytes, number: record, messages: messages, slice: slice,
            closedAt: clock.monotonic, requeued: quarantine.requeued, discards: discards)
        quarantine.requeued.removeAll()
        discards.removeAll()
        messages.removeAll(keepingCapacity: true)
        if recordBytes != nil { record += 1 }
        return turn
    }

    /// The monotonic time at which `close` has something to do even without messages.
    /// Changes nothing (see `Shard.glance`).
    package mutating func nextWake() -> Int64 { clock.monotonic + wakeInterval() }

    private mutating func wakeInterval() -> Int64 {
        guard !awaitsEpochs else { return Limits.turnIntervalMax.rawValue }
        guard auditIntake.stepsLeft == 0, !departuresWantTurn else { return 1 }
        var wait = Limits.turnIntervalMax.rawValue
        for index in shards.indices {
            guard let glance = shards[index]?.glance(), let due = glance.nextTimer else { continue }
            let elapsed = (time.running + glance.elapsedOffset).rawValue
            wait = min(wait, max(1, due - elapsed))
        }
        return wait
    }

    // MARK: inputs

    /// Journals one input of a shard and steps; `Service.settle` then queues what the twin owes.
    /// - Returns: the slot that was stepped.
    @discardableResult
    package mutating func take(_ input: ShardInput<Twin.Input>, in shard: Int) -> Int? {
        if !isTouched[shard] {
            isTouched[shard] = true
            touched.append(UInt16(shard))
        }
        counters.inputs += 1
        let slot = shards[shard]?.take(input, arena: arena, at: time, record: record)
        if let slot { Service.settle(shard: shard, slot: slot, core: &self) }
        return slot
    }

    /// The present twin of a key in an owned shard.
    package func twin(_ key: TwinKey, in shard: Int) -> Twin? { shards[shard]?.twin(key) }

    /// The time of an owned shard now.
    package func elapsed(of shard: Int) -> Elapsed? {
        (shards[shard]?.elapsedOffset).map { Elapsed(milliseconds: (time.running + $0).rawValue) }
    }

    /// The context that the next input of a shard would have.
    package func context(of shard: Int) -> StepContext? { shards[shard]?.context(at: time) }

    /// The position that answers about a shard are valid at.
    package func position(of shard: Int) -> Position { shards[shard]?.position ?? .none }

    /// The owned shard of a key; throws `not-owner` when it is somebody else's.
    package func ownedShard(of key: TwinKey) throws(Refusal) -> Int {
        guard let placement else {
            throw Refusal(
                .unavailable, "\(tier)/\(key): \(name) is not registered with its broker yet",
                address: "\(tier)/\(key)")
        }
        let shard = placement.shard(of: TwinAddress(tier: tier, key: key))
        guard shards[Int(shard.index)] != nil else {
            throw Refusal(
                .notOwner, "\(shard) is not served by \(name)", address: "\(tier)/\(key)",
                found: name.text, wanted: placement[shard]?.instance.text)
        }
        return Int(shard.index)
    }

    /// Who answers for an owned shard, when, and at which position.
    package func documentContext(of shard: Int) -> DocumentContext {
        DocumentContext(
            owner: OwnerDocument(
                instance: name, shard: ShardID(tier: tier, index: UInt16(shard)),
                epoch: shards[shard]?.epoch ?? .none), asOf: time.wall,
            position: position(of: shard), placement: placement)
    }

    // MARK: sending

    /// Answers a request with a packed payload.
    package mutating func reply(to request: Request, _ payload: [UInt8]) {
        let envelope = request.envelope.reply(request.envelope.type, from: source)
        messages.append([request.route, envelope.packed, payload])
    }

    package mutating func reply<Answer: Encodable>(to request: Request, with answer: Answer) {
        reply(to: request, Payload.pack(answer))
    }

    package mutating func refuse(_ request: Request, _ refusal: Refusal) {
        counters.refused[refusal.code.rawValue, default: 0] += 1
        guard request.envelope.kind == .request else { return }
        let envelope = request.envelope.reply(.refused, from: source)
        messages.append([request.route, envelope.packed, Payload.pack(RefusalPayload(refusal))])
    }

    /// Sends a request or an event of our own.
    /// - Returns: the request id.
    @discardableResult
    package mutating func send(
        _ kind: Envelope.Kind, _ type: MessageType, to destination: Destination,
        _ payload: [UInt8]
    ) -> UInt64 {
        let id = drawRequestID()
        let envelope = Envelope(kind: kind, type: type, requestID: id, source: source)
        messages.append([Array(destination.description.utf8), envelope.packed, payload])
        return id
    }

    /// Request ids: a fixed mixing of the process's nonce and a counter.
    mutating func drawRequestID() -> UInt64 {
        nextRequestID &+= 0x9E37_79B9_7F4A_7C15
        var mixed = nextRequestID
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    // MARK: the record

    private mutating func packRecord() -> [UInt8]? {
        // Refused and duplicate reports leave values there too, and make no record.
        defer { arena.removeAll(keepingCapacity: true) }
        guard !touched.isEmpty || !births.isEmpty || !ownershipMoves.isEmpty else { return nil }
        touched.sort()
        packer.removeAll()
        JournalHeader(
            time: time, births: births, moves: ownershipMoves, sectionCount: touched.count
        ).pack(into: &packer)
        for index in touched { packSection(Int(index)) }
        touched.removeAll(keepingCapacity: true)
        births.removeAll(keepingCapacity: true)
        ownershipMoves.removeAll(keepingCapacity: true)
        return packer.bytes
    }

    private mutating func packSection(_ index: Int) {
        isTouched[index] = false
        guard let glance = shards[index]?.glance() else { return }
        shards[index]?.closeTurn(into: &closingInputs, &closingAlerts)
        let first = glance.position.rawValue - UInt64(closingInputs.count) + 1
        JournalSection(
            shard: UInt16(index), epoch: glance.epoch, firstPosition: Position(rawValue: first),
            inputCount: closingInputs.count
        ).pack(into: &packer)
        for place in closingInputs.indices {
            ShardInputCoding.pack(
                closingInputs[place], of: Twin.self, arena: arena, wall: time.wall,
                scratch: &scratch, into: &packer)
        }
        closingInputs.removeAll(keepingCapacity: true)
        packer.packArrayHeader(closingAlerts.count)
        for alert in closingAlerts {
            let logged = LoggedAlert(alert)
            logged.pack(into: &packer)
            alerts.append(logged, journalRecord: record)
        }
        closingAlerts.removeAll(keepingCapacity: true)
    }
}
