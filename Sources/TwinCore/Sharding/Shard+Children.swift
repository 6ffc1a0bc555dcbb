/// What a shard does with time, and what its twins owe their parents and children.
extension Shard {
    /// Wakes the twins whose timers are due, each with one journalled input; at most `limit`.
    /// - Parameters:
    ///   - mayWake: asked with the twin's key and the time its timer is due, in milliseconds; a
    ///     twin that may not wake is asked for again a second later.
    ///   - touched: called with each slot after its step.
    /// - Returns: the number of twins woken; equal to `limit` when more may be due.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package mutating func fireTimers(
        at time: TurnTime, record: UInt64, limit: Int,
        mayWake: ([UInt8], Int64) -> Bool = { _, _ in true },
        touched: (inout Shard, Int) -> Void
    ) -> Int {
        let now = elapsed(at: time)
        var woken = 0
        while woken < limit, let slot = timers.popDue(at: now.milliseconds) {
            // Most timers are early: whoever reported since is asked where it lies.
            guard let due = slots[slot].twin?.wants().nextDue else { continue }
            guard due <= now else {
                timers.arm(slot, at: due.milliseconds)
                continue
            }
            guard mayWake(slots[slot].keyBytes, due.milliseconds) else {
                timers.arm(slot, at: (now + Limits.beatInterval).milliseconds)
                continue
            }
            woken += 1
            wake(slot, at: time, record: record, touched: touched)
        }
        while woken < limit, let slot = wallTimers.popDue(at: time.wall.milliseconds) {
            guard let due = slots[slot].twin?.wants().nextWallDue else { continue }
            guard due <= time.wall else {
                wallTimers.arm(slot, at: due.milliseconds)
                continue
            }
            guard mayWake(slots[slot].keyBytes, due.milliseconds) else {
                wallTimers.arm(slot, at: (time.wall + Limits.beatInterval).milliseconds)
                continue
            }
            woken += 1
            wake(slot, at: time, record: record, touched: touched)
        }
        return woken
    }

    /// True when some timer may be due. Changes nothing (see `ShardTwin.wants`).
    package mutating func isTimerDue(at time: TurnTime) -> Bool {
        if let due = timers.earliest, due <= elapsed(at: time).milliseconds { return true }
        if let due = wallTimers.earliest, due <= time.wall.milliseconds { return true }
        return false
    }

    /// When the next timer is due, in milliseconds of the shard's elapsed; nil = none is armed.
    package var nextTimer: Elapsed? { timers.earliest.map(Elapsed.init(milliseconds:)) }

    private mutating func wake(
        _ slot: Int, at time: TurnTime, record: UInt64, touched: (inout Shard, Int) -> Void
    ) {
        guard let ordinal = slots[slot].twin?.ordinal else { return }
        take(.twin(ordinal: ordinal, Twin.timerInput), at: time, record: record)
        // A timer that stays due would wake the twin for ever: it fires again a little later.
        if let due = slots[slot].twin?.nextDue, due <= elapsed(at: time) {
            timers.disarm(slot)
            timers.arm(slot, at: (elapsed(at: time) + Limits.beatInterval).milliseconds)
        }
        if let due = slots[slot].twin?.nextWallDue, due <= time.wall {
            wallTimers.disarm(slot)
            wallTimers.arm(slot, at: (time.wall + Limits.beatInterval).milliseconds)
        }
        touched(&self, slot)
    }

    /// Goes on under a higher epoch after a restore: positions continue at epoch × 2³², incident
    /// numbers at epoch × 10,000, and everything is told anew. Live and in replay the same.
    package mutating func reopen(at epoch: Epoch, time: TurnTime, record: UInt64) {
        self.epoch = epoch
        position = max(position, .first(of: epoch))
        alertSequence = 0
        let number = epoch.rawValue &* Limits.restoredIncidentNumbersPerEpoch
        highestIncident = max(highestIncident, number)
        let context = context(at: time, position: position)
        for slot in slots.indices where slots[slot].twin != nil {
            slots[slot].twin?.reopen(above: number, in: context)
            afterStep(slot, context: context, record: record)
        }
        conditionsHistory.note(conditions, at: position, record: record)
    }

    /// Goes on under a new owner: the epoch rises, alerts go on counting, and the shard's own time
    /// goes on where the old owner stopped it. `header` is the exported one; live and in replay the
    /// same.
    package mutating func moved(to epoch: Epoch, header: ShardHeader, running: Milliseconds) {
        self.epoch = epoch
        elapsedOffset = header.running + header.elapsedOffset - running
    }

    /// Arms every twin's timers again; after recovery.
    package mutating func armAllTimers() {
        for slot in slots.indices {
            guard let twin = slots[slot].twin else { continue }
            if let due = twin.nextDue { timers.arm(slot, at: due.milliseconds) }
            if let due = twin.nextWallDue { wallTimers.arm(slot, at: due.milliseconds) }
        }
    }

    /// True when the last `header` does not hold the conditions of a replay from `record` on.
    package func headerIsOld(neededFrom record: UInt64) -> Bool {
        conditionsHistory.hasChanged(before: record)
    }

    /// The shard's row as it must stand when replay starts at `record`.
    package mutating func header(
        neededFrom record: UInt64, running: Milliseconds
    ) -> ShardHeader {
        let base = conditionsHistory.conditions(before: record)
        return ShardHeader(
            epoch: epoch, conditionsPosition: base.position, conditions: base.conditions,
            position: position, running: running, elapsedOffset: elapsedOffset,
            nextOrdinal: nextOrdinal, highestIncident: highestIncident,
            alertSequence: alertSequence,
            metricSets: metricSets, profiles: profiles,
            parentEpochs: parentEpochs.entries.isEmpty ? nil : parentEpochs)
    }

    /// Forgets the open turn's inputs and alerts, where nobody journals them.
    package mutating func closeTurn() {
        turnInputs.removeAll(keepingCapacity: true)
        turnAlerts.removeAll(keepingCapacity: true)
    }

    /// Takes the open turn's inputs and alerts away, for its record. Both come empty: the shard
    /// goes on with their buffers.
    package mutating func closeTurn(
        into inputs: inout [ShardInput<Twin.Input>], _ alerts: inout [NumberedAlert]
    ) {
        swap(&turnInputs, &inputs)
        swap(&turnAlerts, &alerts)
    }

    /// The input that brings a new twin into this shard.
    package func birth(of key: TwinKey, _ input: Twin.Input) -> ShardInput<Twin.Input> {
        .birth(
            key: key, ordinal: nextOrdinal, firstIncidentNumber: highestIncident + 1, input)
    }

    /// Notes from a record what replay must know of the alert log.
    package mutating func noteReplayed(alertSequence sequence: UInt64) {
        alertSequence = max(alertSequence, sequence)
    }
}
