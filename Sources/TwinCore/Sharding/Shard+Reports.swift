// How a shard takes reports. A batch asks it in three passes, so that memory is waited for once:
// `candidate` reads the tables, `glance` the twins, `takeReport` steps. What is not like most goes
// by `plan` and the shard's general `take`.

extension ServerTwin {
    /// Like `wants()` in place, and so `mutating` without a change.
    fileprivate mutating func plan(
        at: Timestamp, values: Span<Float>, in set: MetricSet, wall: Timestamp
    ) -> ReportPlan {
        ReportPlan(
            admission: admission(of: at, values: values, in: set, wall: wall), ordinal: ordinal,
            isDecommissioned: isDecommissioned,
            isLaidOut: metricSet.id == set.id || metricSet.count == 0)
    }

    fileprivate mutating func owesAnybody() -> Bool { hasDebts }

    fileprivate mutating func isNumbered(_ wanted: UInt32) -> Bool { ordinal == wanted }

    /// Takes a report when it is one to be taken and the window is laid out by its set already;
    /// nil and nothing changed otherwise.
    fileprivate mutating func takeUsual(
        _ header: borrowing ReportHeader, values: Span<Float>, in context: borrowing StepContext,
        effects: inout StepEffects
    ) -> (step: ReportStep, isLate: Bool, ordinal: UInt32)? {
        guard metricSet.id == header.metricSet.id, !isDecommissioned else { return nil }
        let admission = placement(of: header.at, wall: context.wall)
        guard admission == .newest || admission == .late else { return nil }
        let step = take(
            header, values: values, as: admission, in: context, effects: &effects)
        return (step, admission == .late, ordinal)
    }

    /// Reads what the next report will read, one word of each place: so it is near by then.
    fileprivate mutating func glance() -> UInt64 {
        window.glance ^ UInt64(latest.values.first?.bitPattern ?? 0) ^ baseline.glance
    }
}

extension Shard where Twin == ServerTwin {
    /// What a report to the twin in `slot` gets; changes nothing.
    package func admission(
        slot: Int, at: Timestamp, values: Span<Float>, set: MetricSet, wall: Timestamp
    ) -> ReportAdmission {
        slots[slot].twin?.admission(of: at, values: values, in: set, wall: wall) ?? .tooOld
    }

    /// The same with all that the hot path wants to know; changes nothing (see
    /// `ShardTwin.wants`). Nil when there is no such twin or metric set.
    package mutating func plan(
        slot: Int, at: Timestamp, values: Range<Int>, arena: [Float], metricSet: UInt16,
        wall: Timestamp
    ) -> ReportPlan? {
        guard let set = metricSets[metricSet] else { return nil }
        let values = arena.span.extracting(values)
        return slots[slot].twin?.plan(at: at, values: values, in: set, wall: wall)
    }

    /// Where a key with this hash may be: a guess that reads nothing but the table; see `glance`.
    package mutating func candidate(hash: UInt32) -> ReportPlace {
        table.find(hash: hash) { _ in true }.map { .slot($0) } ?? .nowhere
    }

    /// Whether the twin in `slot` has this key, and a word of what a report to it will read: so a
    /// loop over many keys waits for memory once and not once a key. Changes nothing.
    package mutating func glance(
        at slot: Int, for key: Span<UInt8>, crc: UInt32
    ) -> (place: ReportPlace, word: UInt64) {
        if slots[slot].isNamed(key) { return (.slot(slot), slots[slot].twin?.glance() ?? 0) }
        return (find(key, crc: crc).map { .slot($0) } ?? .nowhere, 0)
    }

    /// Takes a report to the twin in `slot` in one go: journalled and stepped, if it is like most.
    package mutating func takeReport(
        _ report: ReportInput, slot: Int, arena: [Float], at time: TurnTime, record: UInt64
    ) -> ReportTaking {
        guard usual.follows(report, sets: metricSets, profiles: profiles) else { return .unusual }
        let context = context(at: time, position: position.next)
        guard
            let taken = slots[slot].twin?.takeUsual(
                usual.header, values: arena.span.extracting(report.values), in: context,
                effects: &effects)
        else { return .unusual }
        position = position.next
        var numbered = report
        numbered.ordinal = taken.ordinal
        turnInputs.append(.report(numbered))
        if taken.step.isQuiet {
            slots[slot].position = position
            noteDirty(slot, record: record)
        } else {
            afterStep(slot, context: context, record: record)
        }
        if !effects.alerts.isEmpty { collectAlerts() }
        return .taken(isLate: taken.isLate, isNews: taken.step.isNews)
    }

    /// The bytes of the key of the twin in `slot`; changes nothing (see `ShardTwin.wants`).
    package mutating func keyBytes(at slot: Int) -> [UInt8] { slots[slot].keyBytes }

    /// A word of what a report to the twin in `slot` will read; changes nothing.
    package mutating func glance(at slot: Int) -> UInt64 { slots[slot].twin?.glance() ?? 0 }

    /// Replays a report to the twin in `slot`, if that twin has its ordinal, the report is one
    /// that this shard can have journalled, and it is like most; false, and nothing changed, when
    /// it is for `objection(to:)` and `replay`.
    package mutating func replayUsual(
        _ report: ReportInput, slot: Int, at entryPosition: Position, arena: [Float],
        time: TurnTime, record: UInt64
    ) -> Bool {
        guard report.target == report.metricSet, report.devices.isEmpty,
            slots[slot].twin?.isNumbered(report.ordinal) == true,
            usual.follows(report, sets: metricSets, profiles: profiles),
            report.values.count == usual.header.metricSet.count
        else { return false }
        guard slots[slot].position < entryPosition else {
            advance(to: entryPosition)
            return true
        }
        let context = context(at: time, position: entryPosition)
        guard
            let taken = slots[slot].twin?.takeUsual(
                usual.header, values: arena.span.extracting(report.values), in: context,
                effects: &effects)
        else { return false }
        advance(to: entryPosition)
        if taken.step.isQuiet {
            slots[slot].position = entryPosition
            noteDirty(slot, record: record)
        } else {
            afterStep(slot, context: context, record: record)
        }
        effects.removeAll()
        return true
    }

    /// Whether the twin in `slot` owes its racks a word; changes nothing (see `ShardTwin.wants`).
    package mutating func hasDebts(slot: Int) -> Bool {
        slots[slot].twin?.owesAnybody() ?? false
    }

    /// The layout for a twin's window that takes reports in `reported`, and whether it is new.
    package func windowSet(
        slot: Int, accepting reported: MetricSet
    ) -> (set: MetricSet, isNew: Bool) {
        guard let held = slots[slot].twin?.metricSet, held.id != reported.id, held.count > 0 else {
            return (reported, false)
        }
        var sets = metricSets
        guard let set = slots[slot].twin?.windowSet(accepting: reported, in: &sets) else {
            return (reported, false)
        }
        return (set, metricSets[set.id] == nil)
    }
}
