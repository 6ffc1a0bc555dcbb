/// The baseline's word: metrics that are far from what they usually are at this time of day.
///
/// A warning per lead metric; it never pages by itself. Ends when its metrics are back, or when
/// they have stayed away for twelve hours and count as the new usual.
extension ServerTwin {
    private static let evidenceRefresh = Milliseconds.minutes(10)

    mutating func judgeDeviations(
        far: UInt64, at: Timestamp, in context: StepContext, effects: inout StepEffects
    ) {
        for index in deviations.indices.reversed() {
            follow(index, far: far, at: at, in: context, effects: &effects)
        }
        var rest = far
        while rest != 0 {
            let column = rest.trailingZeroBitCount
            rest &= rest - 1
            let metric = metricSet.names[column]
            guard !deviations.contains(where: { $0.metric == metric }),
                !baseline.isResting(column: column, at: at), !hasRuleInForce(metric)
            else { continue }
            deviations.append(DeviationTracker(metric: metric, since: at))
        }
    }

    /// A metric whose limit is already broken needs no second incident.
    private func hasRuleInForce(_ metric: String) -> Bool {
        trackers.contains { $0.level > 0 && HealthRules.all[Int($0.rule)].metric == metric }
    }

    private mutating func follow(
        _ index: Int, far: UInt64, at: Timestamp, in context: StepContext,
        effects: inout StepEffects
    ) {
        guard let column = metricSet.column(of: deviations[index].metric) else {
            end(index, at: at, in: context, effects: &effects)
            return
        }
        // No data never means resolved.
        guard !latest.values[column].isNaN else { return }
        let isFar = far & (1 << UInt64(column)) != 0
        guard let lead = deviations[index].lead else {
            guard isFar else {
                deviations.remove(at: index)
                return
            }
            deviations[index].note(isFar: true)
            if deviations[index].counts(at: at) {
                begin(index, at: at, in: context, effects: &effects)
            }
            return
        }
        deviations[index].note(isFar: !baseline.isBack(column: column, in: metricSet))
        if at - deviations[index].since >= Baseline.absorbAfter, !deviations[index].isAbsorbed {
            deviations[index].isAbsorbed = true
            baseline.absorb(column: column)
        }
        if deviations[index].goodReports >= DeviationTracker.goodReports {
            end(index, at: at, in: context, effects: &effects)
        } else if isFar, lead.metric == deviations[index].metric,
            at - deviations[index].toldAt >= ServerTwin.evidenceRefresh
        {
            deviations[index].toldAt = at
            raise(lead, in: context, effects: &effects)
        }
    }

    private mutating func begin(
        _ index: Int, at: Timestamp, in context: StepContext, effects: inout StepEffects
    ) {
        let since = deviations[index].since
        let joined = deviations.compactMap(\.lead).first {
            since - $0.since <= DeviationTracker.joinWithin
        }
        let lead = joined ?? DeviationLead(metric: deviations[index].metric, since: since)
        deviations[index].lead = lead
        if let column = metricSet.column(of: deviations[index].metric) {
            baseline.rest(column: column, at: at)
        }
        raise(lead, in: context, effects: &effects)
    }

    private mutating func end(
        _ index: Int, at: Timestamp, in context: StepContext, effects: inout StepEffects
    ) {
        let ended = deviations.remove(at: index)
        guard let lead = ended.lead else { return }
        if let column = metricSet.column(of: ended.metric) {
            baseline.rest(column: column, at: at)
        }
        guard !deviations.contains(where: { $0.lead == lead }) else { return }
        let summary =
            ended.isAbsorbed
            ? "\(lead.metric) stays where it is: taken as the new usual."
            : "\(lead.metric) is back in its usual range."
        book.clear(
            .deviation, subject: lead.metric, summary: summary, in: context, effects: &effects)
    }

    private mutating func raise(
        _ lead: DeviationLead, in context: StepContext, effects: inout StepEffects
    ) {
        let members = deviations.filter { $0.lead == lead }
        let ordered =
            members.filter { $0.metric == lead.metric }
            + members.filter { $0.metric != lead.metric }
        let evidence = ordered.prefix(Limits.evidencePerIncidentMax).compactMap {
            metricSet.column(of: $0.metric).map(deviationEvidence(column:))
        }
        guard let first = evidence.first, let column = metricSet.column(of: first.metric) else {
            return
        }
        let others = members.count - 1
        let more = others == 0 ? "" : "; \(others) more with it"
        book.raise(
            Finding(
                kind: .deviation, subject: lead.metric, severity: .warning,
                summary: "\(sentence(first, unit: metricSet.definitions[column].unit))\(more).",
                evidence: evidence, since: min(lead.since, context.wall),
                clearDelay: DeviationTracker.clearDelay),
            in: context, effects: &effects)
    }

    private func deviationEvidence(column: Int) -> Evidence {
        let expected = baseline.expected(column: column, in: metricSet)
        return Evidence(
            metric: metricSet.names[column], device: latest.device(column: column),
            value: Double(baseline.usual(column: column)),
            unit: metricSet.definitions[column].unit.rawValue,
            expectedLow: expected?.lowerBound, expectedHigh: expected?.upperBound)
    }

    private func sentence(_ evidence: Evidence, unit: MetricUnit) -> String {
        let value = Readable.value(evidence.value, unit)
        let place = evidence.device.map { " (\($0))" } ?? ""
        guard let low = evidence.expectedLow, let high = evidence.expectedHigh else {
            return "\(evidence.metric)\(place) \(value)"
        }
        return "\(evidence.metric)\(place) \(value), at this time of day usually "
            + "\(Readable.value(low, unit)) to \(Readable.value(high, unit))"
    }
}
