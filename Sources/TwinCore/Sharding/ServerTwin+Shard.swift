/// The server twin as its shard and its owner use it.
extension ServerTwin: ShardTwin {
    package init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext
    ) {
        self.init(
            key: key, ordinal: ordinal, firstIncidentNumber: max(firstIncidentNumber, 1) - 1)
    }

    package mutating func step(
        _ report: ReportInput, values: [Float], sets: MetricSets, profiles: [ReporterProfile],
        in context: StepContext, effects: inout StepEffects
    ) {
        guard let metricSet = sets[report.metricSet], let target = sets[report.target],
            Int(report.profile) < profiles.count
        else {
            invariant(false, "\(Self.tier)/\(key): report of an unknown metric set or profile")
            return
        }
        let header = ReportHeader(
            at: report.at, flags: report.flags, metricSet: metricSet, target: target,
            profile: profiles[Int(report.profile)], devices: report.devices)
        step(header, values: values.span.extracting(report.values), in: context, effects: &effects)
    }

    package mutating func reopen(above number: UInt32, in context: StepContext) {
        version = context.version
        book.number(above: number)
    }

    /// Whether `owedParents` would name anybody; cheap enough for every report.
    package var hasDebts: Bool {
        !formerRacks.isEmpty || (commission != nil && !isRefused && receipted != version)
    }
}

extension RackTwin: ShardTwin {
    package mutating func reopen(above number: UInt32, in context: StepContext) {
        version = context.version
        book.number(above: number)
        for index in members.indices { members[index].folds.version = context.version }
    }
}

extension DatacenterTwin: ShardTwin {
    package mutating func reopen(above number: UInt32, in context: StepContext) {
        book.number(above: number)
        for index in racks.indices { racks[index].folds.version = context.version }
    }
}

/// What a shard says of a report before it takes it.
package struct ReportPlan: Sendable {
    package let admission: ReportAdmission
    package let ordinal: UInt32
    package let isDecommissioned: Bool
    /// The window of the twin is laid out by the set of the report already.
    package let isLaidOut: Bool
}

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
