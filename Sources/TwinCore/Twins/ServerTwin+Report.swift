/// The hot path: one report into the window, past the rules and the baseline.
///
/// Without news for the rack nothing is allocated: values go into the ring and the reused latest
/// row; a rule at rest costs one comparison.
extension ServerTwin {
    /// What a report gets, by its time and whether it is known; changes nothing. Cost: a binary
    /// search in the window, only for reports that are not the newest.
    package func admission(
        of at: Timestamp, values: Span<Float>, in set: MetricSet, wall: Timestamp
    ) -> ReportAdmission {
        let placement = placement(of: at, wall: wall)
        guard placement == .duplicate(differs: false) else { return placement }
        return .duplicate(differs: differs(at, values: values, in: set))
    }

    /// The admission by time alone.
    ///
    /// A newest report that is itself in our future was taken under a wall clock that has stepped
    /// back since: it is void and any present report replaces it.
    func placement(of at: Timestamp, wall: Timestamp) -> ReportAdmission {
        let latestAllowed = wall + Limits.futureReportMax
        guard at <= latestAllowed else { return .future }
        guard at.milliseconds >= 0 else { return .tooOld }
        guard let newest = window.newest, newest <= latestAllowed, at <= newest else {
            return .newest
        }
        guard newest <= at + Limits.windowSpan else { return .tooOld }
        if window.contains(at) { return .duplicate(differs: false) }
        if window.isFull, let oldest = window.oldest, at < oldest { return .tooOld }
        return .late
    }

    /// The layout for this twin's window that takes reports in `reported`: made in `sets` when
    /// new. Over 64 names those without any value in the window go first.
    package func windowSet(accepting reported: MetricSet, in sets: inout MetricSets) -> MetricSet {
        guard metricSet.id != reported.id else { return reported }
        guard metricSet.count + reported.count > Limits.metricsPerServerMax else {
            return sets.union(metricSet, reported)
        }
        let present = metricSet.names.indices.filter { column in
            metricSet.windowColumn(column).map { !window.isAbsent(column: $0) } ?? true
        }
        return sets.union(metricSet, reported, keeping: present.map { metricSet.names[$0] })
    }

    /// Takes one report; the same as `step(.report)`, with borrowed values.
    package mutating func step(
        _ header: ReportHeader, values: Span<Float>, in context: StepContext,
        effects: inout StepEffects
    ) {
        _ = take(
            header, values: values, as: placement(of: header.at, wall: context.wall), in: context,
            effects: &effects)
    }

    /// Takes one report whose place in the window is known.
    mutating func take(
        _ header: borrowing ReportHeader, values: Span<Float>, as admission: ReportAdmission,
        in context: borrowing StepContext, effects: inout StepEffects
    ) -> ReportStep {
        guard isWatched else { return ReportStep(isNews: false, isQuiet: false) }
        let versionBefore = version
        let dueBefore = silenceDue
        let isRoutine =
            presence == .heard && futureRun == 0 && header.flags.isEmpty
            && header.profile == profile
        if isRoutine, admission == .newest, header.metricSet.id == metricSet.id,
            header.target.id == metricSet.id, !isVoid(before: header.at)
        {
            return takeRoutine(header, values: values, in: context, effects: &effects)
        }
        var before = isRoutine ? nil : told
        if header.target.id != metricSet.id { layOut(by: header.target) }
        switch admission {
        case .newest:
            if isVoid(before: header.at) { window.removeAll() }
            profile = header.profile
            let boot = noteBoot(header, values: values)
            hear((boot, header.flags), in: context, effects: &effects)
            counters.accepted += 1
            store(header, values: values, isNewest: true)
            if futureRun > 0 { noteTimely(in: context, effects: &effects) }
            if header.flags.contains(.buffered) {
                // No verdict on the past: it fills the window, the next live report is judged.
                _ = learn(at: header.at)
            } else {
                judge(at: header.at, before: &before, in: context, effects: &effects)
            }
        case .late:
            hear((.unknown, header.flags), in: context, effects: &effects)
            counters.accepted += 1
            counters.late += 1
            store(header, values: values, isNewest: false)
        case .duplicate, .tooOld, .future:
            hear(nil, in: context, effects: &effects)
        }
        noteBuffered(header.flags, in: context)
        // A time that was later behind a floor in the future is one to be armed anew.
        let isQuiet = before == nil && dueBefore != nil && silenceDue == dueBefore
        if let before { tell(since: before, in: context) }
        tellDigest(in: context)
        return ReportStep(isNews: version != versionBefore, isQuiet: isQuiet)
    }

    /// A present server's report of its usual metrics, in time: nearly all reports there are. The
    /// same as in general, without what can then not happen.
    private mutating func takeRoutine(
        _ header: borrowing ReportHeader, values: Span<Float>, in context: borrowing StepContext,
        effects: inout StepEffects
    ) -> ReportStep {
        let versionBefore = version
        _ = noteBoot(header, values: values)
        lastHeard = context.elapsed
        let due = context.elapsed + 2 * interval
        // Behind a floor in the future it was later: then the timer is to be armed anew.
        let isLater = silenceDue.map { $0 <= due } ?? false
        silenceDue = due
        counters.accepted += 1
        let isLoud = storeNewest(header, values: values)
        var isQuiet = isLater
        if !isLoud, trackers.isEmpty {
            let far = learn(at: header.at)
            if far != 0 || !deviations.isEmpty {
                isQuiet = false
                let before = told
                judgeDeviations(far: far, at: header.at, in: context, effects: &effects)
                tell(since: before, in: context)
            }
        } else {
            isQuiet = false
            var before: Told?
            judge(at: header.at, before: &before, in: context, effects: &effects)
            if let before { tell(since: before, in: context) }
        }
        tellDigest(in: context)
        return ReportStep(isNews: version != versionBefore, isQuiet: isQuiet)
    }

    /// True when the newest report in the window is later than one that is newest by its admission:
    /// it was taken under a wall clock that has stepped back since.
    private func isVoid(before at: Timestamp) -> Bool {
        window.newest.map { $0 >= at } ?? false
    }

    private var isWatched: Bool {
        if case .commissioned = standing { true } else { false }
    }

    // MARK: storing

    private mutating func store(
        _ header: borrowing ReportHeader, values: Span<Float>, isNewest: Bool
    ) {
        let row = window.insert(at: header.at)
        let source = columns(of: metricSet, in: header.metricSet)
        for column in 0..<metricSet.count {
            let from = source.map { $0[column] } ?? column
            var value = Float.nan
            if let from, from < values.count {
                if let plausible = metricSet.plausible(values[from], column: column) {
                    value = plausible
                } else {
                    counters.implausible += 1
                }
            }
            if isNewest { latest.values[column] = value }
            if let stored = metricSet.windowColumn(column) {
                window.set(Quantised(value), row: row, column: stored)
            }
        }
        if isNewest { latest.devices = devices(of: header) }
    }

    /// Stores a newest report of the twin's own set.
    /// - Returns: whether some rule must look closer at it.
    private mutating func storeNewest(
        _ header: borrowing ReportHeader, values: Span<Float>
    ) -> Bool {
        let isLoud = keep(values)
        window.append(latest.values, at: header.at, limits: metricSet.limits)
        if !latest.devices.isEmpty || !header.devices.isEmpty {
            latest.devices = devices(of: header)
        }
        return isLoud
    }

    /// Takes the newest values as they are judged: NaN where absent or impossible.
    /// - Returns: whether some rule must look closer at them.
    private mutating func keep(_ values: Span<Float>) -> Bool {
        let limits = metricSet.limits
        var isLoud = false
        var implausible: UInt64 = 0
        var kept = latest.values.mutableSpan
        for column in limits.indices {
            var value = column < values.count ? values[column] : .nan
            if !limits[column].isPossible(value) {
                if !value.isNaN { implausible += 1 }
                value = .nan
            } else if !limits[column].isQuiet(value) {
                isLoud = true
            }
            kept[column] = value
        }
        if implausible > 0 { counters.implausible += implausible }
        return isLoud
    }

    private func devices(of header: borrowing ReportHeader) -> [WorstDevice] {
        guard header.metricSet.id != metricSet.id else { return header.devices }
        return header.devices.compactMap { device in
            let index = Int(device.metricIndex)
            guard index < header.metricSet.count,
                let column = metricSet.column(of: header.metricSet.names[index])
            else { return nil }
            return WorstDevice(metricIndex: UInt8(column), name: device.name)
        }.sorted { $0.metricIndex < $1.metricIndex }
    }

    /// For each column of `target` the column in `source`; nil when both are the same set.
    private func columns(of target: MetricSet, in source: MetricSet) -> [Int?]? {
        target.id == source.id ? nil : target.names.map { source.column(of: $0) }
    }

    private mutating func layOut(by target: MetricSet) {
        let source = target.names.map { metricSet.column(of: $0) }
        var stored = [Int?](repeating: nil, count: target.windowColumns)
        for column in source.indices {
            guard let to = target.windowColumn(column), let from = source[column] else { continue }
            stored[to] = metricSet.windowColumn(from)
        }
        window = window.laidOut(columns: target.windowColumns, from: stored)
        baseline = baseline.laidOut(from: source)
        let old = latest
        latest.values = source.map { $0.map { old.values[$0] } ?? .nan }
        latest.devices = old.devices.compactMap { device in
            target.column(of: metricSet.names[Int(device.metricIndex)]).map {
                WorstDevice(metricIndex: UInt8($0), name: device.name)
            }
        }.sorted { $0.metricIndex < $1.metricIndex }
        metricSet = target
    }

    // MARK: what a report shows

    /// Whether the host booted since the report before; keeps the boot time.
    private mutating func noteBoot(
        _ header: borrowing ReportHeader, values: Span<Float>
    ) -> Continuity.Boot {
        let before = window.newest
        let isFlagged = header.flags.contains(.rebooted)
        guard let column = header.metricSet.uptimeColumn, column < values.count,
            let uptime = header.metricSet.plausible(values[column], column: column), !uptime.isNaN
        else { return isFlagged ? .rebooted : .unknown }
        let wasKnown = bootSeconds != nil
        bootSeconds = header.at.milliseconds / 1_000 - Int64(uptime)
        if isFlagged { return .rebooted }
        guard wasKnown, let before else { return .unknown }
        return Double(uptime) < (header.at - before).seconds ? .rebooted : .same
    }

    /// Buffered reports that follow a return belong to it.
    private mutating func noteBuffered(
        _ flags: ReportFlags, in context: borrowing StepContext
    ) {
        guard flags.contains(.buffered), !continuity.isBuffered,
            let returnedAt = continuity.returnedAt,
            context.wall - returnedAt <= Limits.windowSpan
        else { return }
        continuity.isBuffered = true
    }

    private func differs(_ at: Timestamp, values: Span<Float>, in set: MetricSet) -> Bool {
        let row = window.firstRow(from: at)
        let isNewest = row == window.count - 1
        let source = columns(of: metricSet, in: set)
        for column in 0..<metricSet.count {
            let from = source.map { $0[column] } ?? column
            var value = Float.nan
            if let from, from < values.count {
                value = metricSet.plausible(values[from], column: column) ?? .nan
            }
            if isNewest {
                let held = latest.values[column]
                if held != value, !(held.isNaN && value.isNaN) { return true }
            } else if let stored = metricSet.windowColumn(column),
                window.value(row: row, column: stored) != Quantised(value)
            {
                return true
            }
        }
        guard set.id != metricSet.id else { return false }
        return set.names.indices.contains {
            metricSet.column(of: set.names[$0]) == nil && $0 < values.count && !values[$0].isNaN
        }
    }
}
