/// The health model: the rules of `HealthRules` over the latest report and the window.
extension ServerTwin {
    /// An incident that burns on shows evidence no older than this.
    private static let evidenceRefresh = Milliseconds.minutes(1)

    /// Judges the newest report. `before` is taken when the first incident may change.
    mutating func judge(
        at: Timestamp, before: inout Told?, in context: StepContext, effects: inout StepEffects
    ) {
        judgeRules(at: at, before: &before, in: context, effects: &effects)
        let far = learn(at: at)
        guard far != 0 || !deviations.isEmpty else { return }
        if before == nil { before = told }
        judgeDeviations(far: far, at: at, in: context, effects: &effects)
    }

    private mutating func judgeRules(
        at: Timestamp, before: inout Told?, in context: StepContext, effects: inout StepEffects
    ) {
        for check in metricSet.checks {
            let value = latest.values[Int(check.column)]
            // No data never means resolved.
            if value.isNaN { continue }
            let index = trackers.isEmpty ? nil : trackers.firstIndex { $0.rule == check.rule }
            if index == nil, check.isQuiet(value) { continue }
            judge(
                check, value: value, tracked: index, at: at, before: &before, in: context,
                effects: &effects)
        }
    }

    /// Lets the baseline follow the newest report.
    /// - Returns: the columns that are far from their usual range, one bit a column.
    mutating func learn(at: Timestamp) -> UInt64 {
        baseline.note(latest.values, at: at, in: metricSet)
    }

    /// How long a fold that the rack no longer lists still mutes: the usual hold, or as long as
    /// the means of what it folds go on showing the trouble that is over.
    var releaseHold: Milliseconds {
        book.incidents.filter { $0.fold != nil }.reduce(foldHold) { hold, incident in
            max(hold, HealthRules.memory(of: incident.kind))
        }
    }

    private mutating func judge(
        _ check: RuleCheck, value: Float, tracked index: Int?, at: Timestamp,
        before: inout Told?, in context: StepContext, effects: inout StepEffects
    ) {
        let rule = HealthRules.all[Int(check.rule)]
        let column = Int(check.column)
        var tracker =
            index.map { trackers[$0] }
            ?? RuleTracker(rule: Int(check.rule), usual: baseline.usual(column: column))
        guard let measured = measured(rule, column: column, value: value, tracker: tracker, at: at)
        else { return }
        let outcome = tracker.note(measured, rule: rule, at: at)
        let isRefreshDue = at - tracker.toldAt >= ServerTwin.evidenceRefresh
        let isTold = outcome == .raised || (outcome == .held && isRefreshDue)
        if isTold { tracker.toldAt = at }
        if let index {
            if tracker.isAtRest { trackers.remove(at: index) } else { trackers[index] = tracker }
        } else if !tracker.isAtRest {
            trackers.append(tracker)
        }
        guard isTold || outcome == .cleared else { return }
        if before == nil { before = told }
        if outcome == .cleared {
            let text = Readable.value(measured, rule.measuredUnit)
            book.clear(
                rule.kind, summary: "\(rule.noun): good again (\(text)).", in: context,
                effects: &effects)
        } else if rule.levelEntered(by: measured) >= Int(tracker.level) {
            let finding = finding(rule, tracker, measured: measured, column: column, in: context)
            book.raise(finding, in: context, effects: &effects)
        }
    }

    /// What the rule holds against its limits; nil while there is not enough to say.
    private func measured(
        _ rule: HealthRule, column: Int, value: Float, tracker: RuleTracker, at: Timestamp
    ) -> Double? {
        guard let stored = metricSet.windowColumn(column) else { return nil }
        switch rule.measure {
        case .latest: return Double(value)
        case .magnitude: return Double(value.magnitude)
        case .mean(let span): return window.recentMean(column: stored, over: span)
        case .rise(let span): return window.rise(column: stored, over: span)
        case .secondsToFull:
            let first = window.value(row: 0, column: stored)
            let isFlat =
                !first.isAbsent && Double(value - first.value) < HealthRules.fillRiseMin
            if isFlat || Double(value) < HealthRules.fillPredictedFrom { return .infinity }
            return window.secondsToFull(column: stored, riseMin: HealthRules.fillRiseMin)
        case .shareOfUsual:
            let usual = tracker.usual
            guard !usual.isNaN, usual > 0 else { return nil }
            let isNewUsual =
                tracker.level > 0 && at - tracker.since >= HealthRules.usualFollowsAfter
            return isNewUsual ? 1 : Double(value) / Double(usual)
        }
    }

    private func finding(
        _ rule: HealthRule, _ tracker: RuleTracker, measured: Double, column: Int,
        in context: StepContext
    ) -> Finding {
        let level = rule.levels[Int(tracker.level) - 1]
        let device = latest.device(column: column)
        let expected = baseline.expected(column: column, in: metricSet)
        let evidence = Evidence(
            metric: rule.metric, device: device, value: measured, unit: rule.measuredUnit.rawValue,
            expectedLow: expected?.lowerBound, expectedHigh: expected?.upperBound,
            limit: level.enter)
        return Finding(
            kind: rule.kind, severity: level.severity,
            summary: sentence(rule, measured: measured, limit: level.enter, device: device),
            evidence: [evidence], since: min(tracker.since, context.wall),
            hold: rule.kind.isFoldable ? foldHold : .zero, clearDelay: rule.clearDelay)
    }

    /// `CPU 96 % (mean of 10 min), limit 95 %.` or `Network link down: eno2.`
    private func sentence(
        _ rule: HealthRule, measured: Double, limit: Double, device: String?
    ) -> String {
        let place = device.map { ": \($0)" } ?? ""
        let unit = rule.measuredUnit
        if unit == .flag { return "\(rule.noun)\(place)." }
        let value = Readable.value(measured, unit)
        let limitText = Readable.value(limit, unit)
        switch rule.measure {
        case .mean(let span):
            return "\(rule.noun) \(value) (mean of \(Readable.duration(span))), "
                + "limit \(limitText)\(place)."
        case .latest, .magnitude, .rise, .secondsToFull, .shareOfUsual:
            return "\(rule.noun) \(value), limit \(limitText)\(place)."
        }
    }
}
