package import TwinCore

/// Matches what was found to what was broken, one to one, by place, kind, paging and time.
///
/// An alert can stand for one truth only and a truth for one alert: a second page about the same
/// fault is a false one.
package struct TruthMatcher: Sendable {
    /// How far outside a truth's time an alert may open and still mean it.
    package var slack: Milliseconds

    package init(slack: Milliseconds = .minutes(2)) { self.slack = slack }

    /// Scores `alerts` against `truths`; the order of both is free. Costs
    /// O(alerts × truths of the same twin).
    package func score(alerts: [ObservedAlert], truths: [TruthEntry]) -> TruthScore {
        var open: [TwinAddress: [Int]] = [:]
        for (index, truth) in truths.enumerated() { open[truth.address, default: []].append(index) }
        var matches: [TruthScore.Match] = []
        var falseAlerts: [ObservedAlert] = []
        // In the order of opening, each alert takes the truth that would expire first: no other
        // choice matches more pairs when the truths of a twin differ by time alone.
        for alert in alerts.sorted(by: TruthMatcher.opensBefore) {
            let candidates = (open[alert.address] ?? []).filter { accepts(alert, for: truths[$0]) }
            guard let best = candidates.min(by: { comesFirst(truths[$0], truths[$1]) }) else {
                falseAlerts.append(alert)
                continue
            }
            open[alert.address]?.removeAll { $0 == best }
            matches.append(TruthScore.Match(truth: truths[best], alert: alert))
        }
        let unmatched = open.values.joined()
        let missed = unmatched.sorted().map { truths[$0] }.filter(\.isRequired)
        return TruthScore(matches: matches, missed: missed, falseAlerts: falseAlerts)
    }

    private func accepts(_ alert: ObservedAlert, for truth: TruthEntry) -> Bool {
        truth.kinds.contains(alert.kind) && truth.paging.accepts(pages: alert.pages)
            && alert.openedAt >= truth.start - slack && alert.openedAt <= truth.end + slack
    }

    private func comesFirst(_ left: TruthEntry, _ right: TruthEntry) -> Bool {
        left.isRequired == right.isRequired ? left.end < right.end : left.isRequired
    }

    private static func opensBefore(_ left: ObservedAlert, _ right: ObservedAlert) -> Bool {
        left.openedAt == right.openedAt
            ? left.address < right.address : left.openedAt < right.openedAt
    }
}

extension Timestamp {
    /// The time `span` earlier.
    static func - (time: Timestamp, span: Milliseconds) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - span.rawValue)
    }
}
