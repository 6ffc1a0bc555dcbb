/// One shard's twins and the order of their inputs: the state machine under the durable turn.
///
/// Live, `take` gives an input its position, keeps it for the journal and steps; recovery feeds
/// the same inputs to `replay`. Both end in `perform`, so a replayed shard equals the live one.
package struct Shard<Twin: ShardTwin>: Sendable {
    /// One twin with what the shard must know about it.
    package struct Slot: Sendable {
        package var twin: Twin?
        /// The twin's key, beside it: to find a twin none is touched but the one.
        var keyBytes: [UInt8] = []
        /// The position of its last input.
        package var position = Position.none
        /// The journal record of the first input after its row; nil = the row is up to date.
        package var dirtySince: UInt64?
        /// Reports of a known time since the start, and those with other values: nothing is
        /// journalled for them, so they are not durable.
        package var duplicates: UInt64 = 0
        package var conflicts: UInt64 = 0

        /// Whether the twin's key is `key`.
        func isNamed(_ key: Span<UInt8>) -> Bool {
            let bytes = keyBytes.span
            guard bytes.count == key.count else { return false }
            for index in bytes.indices where bytes[index] != key[index] { return false }
            return true
        }
    }

    package let id: ShardID
    package internal(set) var epoch: Epoch
    package internal(set) var position: Position
    package internal(set) var conditions: ShardConditions
    /// The position of the last change of `conditions`.
    private var conditionsPosition: Position
    package internal(set) var elapsedOffset: Milliseconds
    package internal(set) var nextOrdinal: UInt32
    package internal(set) var highestIncident: UInt32
    package internal(set) var alertSequence: UInt64
    package internal(set) var metricSets: MetricSets
    package internal(set) var profiles: [ReporterProfile]
    /// Of the tier above: receipts under lower ones are a stale owner's.
    package internal(set) var parentEpochs: ShardEpochs

    package var slots: [Slot] = []
    private var freeSlots: [Int] = []
    var table = KeyTable()
    /// The twins in the order of their keys, for lists.
    package private(set) var order = KeyOrder()
    var slotOfOrdinal: [UInt32: Int] = [:]
    package var timers = TimerQueue()
    package var wallTimers = TimerQueue()
    var effects = StepEffects()
    var usual = UsualReport()

    /// Inputs and alerts of the open turn, in order; taken by the turn's record.
    package internal(set) var turnInputs: [ShardInput<Twin.Input>] = []
    package internal(set) var turnAlerts: [NumberedAlert] = []
    /// Slots whose row is behind, oldest first.
    package var dirty = DirtyQueue()
    /// Twins removed since the rows were written last.
    package var removed: [RemovedTwin] = []
    /// Conditions as they were at journal records still needed.
    var conditionsHistory: ConditionsHistory

    /// A shard at its birth; at an epoch above the first it is given out anew, empty, and its
    /// numbers begin above all that its earlier life may have used.
    package init(
        id: ShardID, epoch: Epoch, configuration: ClusterConfiguration, childShardCount: Int,
        running: Milliseconds
    ) {
        let conditions = ShardConditions(
            configuration: configuration, childShardCount: childShardCount)
        self.init(
            id: id,
            header: ShardHeader(
                epoch: epoch, conditionsPosition: .none, conditions: conditions,
                position: epoch > .first ? Position.first(of: epoch) : .none,
                running: running, elapsedOffset: .zero - running, nextOrdinal: 1,
                highestIncident: epoch > .first
                    ? epoch.rawValue &* Limits.restoredIncidentNumbersPerEpoch : 0,
                alertSequence: 0, metricSets: MetricSets(), profiles: []))
    }

    /// A shard from its row; its twins follow by `restore`, its later inputs by `replay`.
    package init(id: ShardID, header: ShardHeader) {
        self.id = id
        epoch = header.epoch
        position = header.position
        conditions = header.conditions
        conditionsPosition = header.conditionsPosition
        elapsedOffset = header.elapsedOffset
        nextOrdinal = header.nextOrdinal
        highestIncident = header.highestIncident
        alertSequence = header.alertSequence
        metricSets = header.metricSets
        profiles = header.profiles
        parentEpochs = header.parentEpochs ?? ShardEpochs()
        conditionsHistory = ConditionsHistory(
            position: header.conditionsPosition, conditions: header.conditions)
    }

    /// The shard's row as it is now, for a new owner. Changes nothing: this owner may go on.
    package func exported(running: Milliseconds) -> ShardHeader {
        ShardHeader(
            epoch: epoch, conditionsPosition: conditionsPosition, conditions: conditions,
            position: position, running: running, elapsedOffset: elapsedOffset,
            nextOrdinal: nextOrdinal, highestIncident: highestIncident,
            alertSequence: alertSequence, metricSets: metricSets, profiles: profiles,
            parentEpochs: parentEpochs.entries.isEmpty ? nil : parentEpochs)
    }

    // MARK: looking

    package var twinCount: Int { table.count }

    package func elapsed(at time: TurnTime) -> Elapsed {
        Elapsed(milliseconds: (time.running + elapsedOffset).rawValue)
    }

    /// The slot of a key, nil when no twin has it. `crc` is the key's CRC-32.
    @specialized(where Twin == ServerTwin)
    package func find(_ key: Span<UInt8>, crc: UInt32) -> Int? {
        // The slots alone: a closure that has the shard has a copy of all of it.
        let slots = slots
        return table.find(hash: KeyTable.hash(crc: crc)) { slots[$0].isNamed(key) }
    }

    /// The same of a key as a value, where the shard lies; changes nothing (see `ShardTwin.wants`).
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    package mutating func findInPlace(_ key: TwinKey) -> Int? {
        find(key.bytes.span, crc: CRC32.checksum(key.bytes))
    }

    package func find(_ key: TwinKey) -> Int? {
        find(key.bytes.span, crc: CRC32.checksum(key.bytes))
    }

    package subscript(slot: Int) -> Twin? { slots[slot].twin }

    package func twin(_ key: TwinKey) -> Twin? {
        guard let slot = find(key) else { return nil }
        return slots[slot].twin
    }

    /// The slot of a twin; nil when there is none. Changes nothing (see `ShardTwin.wants`).
    @specialized(where Twin == ServerTwin)
    package mutating func slot(ofOrdinal ordinal: UInt32) -> Int? { slotOfOrdinal[ordinal] }

    package func twin(ordinal: UInt32) -> Twin? {
        guard let slot = slotOfOrdinal[ordinal] else { return nil }
        return slots[slot].twin
    }

    /// The ordinals of all twins, in slot order.
    package var ordinals: [UInt32] { slots.compactMap { $0.twin?.ordinal } }

    /// The context of an input that would come next; also what queries and admissions read.
    package func context(at time: TurnTime) -> StepContext {
        context(at: time, position: position.next)
    }

    // MARK: taking inputs

    /// Gives an input its position, keeps it for the turn's record and steps.
    /// - Returns: the slot it touched; nil for an input of the shard itself.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    @discardableResult
    package mutating func take(
        _ input: ShardInput<Twin.Input>, arena: [Float] = [], at time: TurnTime, record: UInt64
    ) -> Int? {
        position = position.next
        turnInputs.append(input)
        let slot = perform(input, arena: arena, at: time, record: record)
        collectAlerts()
        return slot
    }

    /// Applies an input from the journal, unless the row of what it touches already has it.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package mutating func replay(
        _ input: ShardInput<Twin.Input>, at entryPosition: Position, arena: [Float],
        time: TurnTime, record: UInt64
    ) {
        switch input {
        case .twin(let ordinal, _):
            guard isNews(ordinal, entryPosition) else { return advance(to: entryPosition) }
        case .report(let report):
            guard isNews(report.ordinal, entryPosition) else { return advance(to: entryPosition) }
        case .birth(_, let ordinal, _, _):
            nextOrdinal = max(nextOrdinal, ordinal + 1)
            guard slotOfOrdinal[ordinal] == nil, !isBuried(ordinal) else {
                return advance(to: entryPosition)
            }
        case .observation, .configuration, .childShards, .sourceEpoch, .awaitedChildShards:
            guard entryPosition > conditionsPosition else { return advance(to: entryPosition) }
        case .metricSet(let id, _):
            guard metricSets[id] == nil else { return advance(to: entryPosition) }
        case .profile(let id, _):
            guard Int(id) == profiles.count else { return advance(to: entryPosition) }
        case .parentEpoch:
            break
        }
        advance(to: entryPosition)
        perform(input, arena: arena, at: time, record: record, position: entryPosition)
        effects.removeAll()
    }

    mutating func advance(to entryPosition: Position) {
        position = max(position, entryPosition)
    }

    private func isNews(_ ordinal: UInt32, _ entryPosition: Position) -> Bool {
        slotOfOrdinal[ordinal].map { slots[$0].position < entryPosition } ?? false
    }

    /// Ordinals of tombstone rows: their twins' births must not be replayed.
    package var buried: Set<UInt32> = []

    private func isBuried(_ ordinal: UInt32) -> Bool { buried.contains(ordinal) }

    /// Puts a twin from its row back; before any replay.
    package mutating func restore(_ twin: Twin, position: Position) {
        let slot = place(twin)
        slots[slot].position = position
        advance(to: position)
        nextOrdinal = max(nextOrdinal, twin.ordinal + 1)
    }

    // MARK: stepping

    @discardableResult
    private mutating func perform(
        _ input: ShardInput<Twin.Input>, arena: [Float], at time: TurnTime, record: UInt64,
        position: Position? = nil
    ) -> Int? {
        let context = context(at: time, position: position ?? self.position)
        switch input {
        case .twin(let ordinal, let input):
            guard let slot = slotOfOrdinal[ordinal] else { return nil }
            slots[slot].twin?.step(input, in: context, effects: &effects)
            afterStep(slot, context: context, record: record)
            return slot
        case .birth(let key, let ordinal, let firstIncidentNumber, let input):
            var twin = Twin(
                key: key, ordinal: ordinal, firstIncidentNumber: firstIncidentNumber, in: context)
            twin.step(input, in: context, effects: &effects)
            nextOrdinal = max(nextOrdinal, ordinal + 1)
            let slot = place(twin)
            afterStep(slot, context: context, record: record)
            return slot
        case .report(let report):
            guard let slot = slotOfOrdinal[report.ordinal] else { return nil }
            slots[slot].twin?.step(
                report, values: arena, sets: metricSets, profiles: profiles, in: context,
                effects: &effects)
            afterStep(slot, context: context, record: record)
            return slot
        case .observation, .configuration, .childShards, .sourceEpoch, .awaitedChildShards,
            .parentEpoch, .metricSet, .profile:
            changeShard(input, at: context.version.position, record: record)
            return nil
        }
    }

    private mutating func changeShard(
        _ input: ShardInput<Twin.Input>, at position: Position, record: UInt64
    ) {
        switch input {
        case .observation(let isObserving, let floor):
            conditions.isObserving = isObserving
            conditions.floor = floor
        case .configuration(let configuration): conditions.configuration = configuration
        case .childShards(let shards): conditions.unheardChildShards = shards
        case .sourceEpoch(let shard, let epoch): conditions.sourceEpochs.note(epoch, of: shard)
        case .awaitedChildShards(let shards): conditions.awaitedChildShards = shards
        // No step reads it and it only grows: neither part of the conditions nor of their history.
        case .parentEpoch(let shard, let epoch): return parentEpochs.note(epoch, of: shard)
        case .metricSet(_, let names):
            _ = metricSets.intern(names)
            return
        case .profile(_, let profile): return profiles.append(profile)
        case .twin, .birth, .report: return
        }
        conditionsPosition = position
        conditionsHistory.note(conditions, at: position, record: record)
    }

    func context(at time: TurnTime, position: Position) -> StepContext {
        StepContext(
            shard: id, version: Version(epoch: epoch, position: position),
            elapsed: elapsed(at: time), wall: time.wall, floor: conditions.floor,
            isObserving: conditions.isObserving, configuration: conditions.configuration,
            unheardChildShards: conditions.unheardChildShards,
            awaitedChildShards: conditions.awaitedChildShards,
            childShardCount: conditions.childShardCount)
    }

    mutating func afterStep(_ slot: Int, context: StepContext, record: UInt64) {
        slots[slot].position = context.version.position
        noteDirty(slot, record: record)
        guard let wants = slots[slot].twin?.wants() else { return }
        guard !wants.isRemovable else { return bury(slot, record: record) }
        if let due = wants.nextDue { timers.arm(slot, at: due.milliseconds) }
        if let due = wants.nextWallDue { wallTimers.arm(slot, at: due.milliseconds) }
    }

    mutating func noteDirty(_ slot: Int, record: UInt64) {
        guard slots[slot].dirtySince == nil else { return }
        slots[slot].dirtySince = record
        dirty.append(DirtyQueue.Entry(slot: slot, record: record, ordinal: ordinal(of: slot)))
    }

    private func ordinal(of slot: Int) -> UInt32 { slots[slot].twin?.ordinal ?? 0 }

    mutating func collectAlerts() {
        for draft in effects.alerts {
            alertSequence += 1
            turnAlerts.append(
                NumberedAlert(
                    id: AlertID(shard: id, epoch: epoch, sequence: alertSequence), draft: draft))
        }
        effects.removeAll()
    }

    // MARK: slots

    private mutating func place(_ twin: Twin) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = slots.count
            slots.append(Slot())
        }
        slots[slot].twin = twin
        slots[slot].keyBytes = twin.key.bytes
        slotOfOrdinal[twin.ordinal] = slot
        table.insert(slot, hash: hash(of: slot))
        order.insert(twin.key.bytes, slot: slot)
        return slot
    }

    private func hash(of slot: Int) -> UInt32 {
        KeyTable.hash(crc: CRC32.checksum(slots[slot].keyBytes))
    }

    /// Forgets a twin that nothing remembers any more; its row becomes a tombstone.
    private mutating func bury(_ slot: Int, record: UInt64) {
        guard let twin = slots[slot].twin else { return }
        highestIncident = max(highestIncident, twin.book.highestNumber)
        removed.append(
            RemovedTwin(
                key: twin.key, ordinal: twin.ordinal, position: slots[slot].position,
                record: record))
        table.remove(slot, hash: hash(of: slot))
        order.remove(slots[slot].keyBytes)
        slotOfOrdinal[twin.ordinal] = nil
        timers.disarm(slot)
        wallTimers.disarm(slot)
        slots[slot] = Slot()
        freeSlots.append(slot)
    }
}

/// A twin that nothing remembers any more, until its tombstone is written.
package struct RemovedTwin: Equatable, Sendable {
    package let key: TwinKey
    package let ordinal: UInt32
    package let position: Position
    /// The journal record of its last input.
    package let record: UInt64
}
