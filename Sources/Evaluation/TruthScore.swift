package import TwinCore

/// How well a run found what was broken: the report of `--score`.
package struct TruthScore: Equatable, Sendable {
    /// One thing that was broken and found.
    package struct Match: Equatable, Sendable {
        package let truth: TruthEntry
        package let alert: ObservedAlert

        package init(truth: TruthEntry, alert: ObservedAlert) {
            self.truth = truth
            self.alert = alert
        }

        /// From the fault to the alert; zero when the alert came first.
        package var delay: Milliseconds { max(.zero, alert.openedAt - truth.start) }

        /// False when no cause was expected, or when it cannot be known yet: what proves most
        /// causes is how the servers return.
        package var isCauseJudged: Bool {
            !truth.causes.isEmpty && (alert.cause != nil || alert.resolvedAt != nil)
        }

        /// True when the alert named a right cause in the end, or none can be judged.
        package var isCauseRight: Bool {
            !isCauseJudged || alert.cause.map(truth.causes.contains) ?? false
        }
    }

    /// In the order of the alerts' opening.
    package let matches: [Match]
    /// Required truths that no alert stands for.
    package let missed: [TruthEntry]
    package let falseAlerts: [ObservedAlert]

    package init(matches: [Match], missed: [TruthEntry], falseAlerts: [ObservedAlert]) {
        self.matches = matches
        self.missed = missed
        self.falseAlerts = falseAlerts
    }

    /// The share of alerts that were right, 0…1; nil without alerts.
    package var precision: Double? {
        TruthScore.share(matches.count, of: matches.count + falseAlerts.count)
    }

    /// The share of required truths that were found, 0…1; nil when nothing had to be found.
    package var recall: Double? {
        let found = matches.filter(\.truth.isRequired).count
        return TruthScore.share(found, of: found + missed.count)
    }

    /// The share of matches with the right cause, 0…1; nil when no cause can be judged.
    package var causeAccuracy: Double? {
        let judged = matches.filter(\.isCauseJudged)
        return TruthScore.share(judged.filter(\.isCauseRight).count, of: judged.count)
    }

    package var falsePages: Int { falseAlerts.filter(\.pages).count }

    /// The middle delay of the required matches; nil without any.
    package var delayMedian: Milliseconds? { requiredDelays.median }

    package var delayMax: Milliseconds? { requiredDelays.max() }

    /// True when everything required was found, nothing else, and every cause is right.
    package var isPerfect: Bool {
        missed.isEmpty && falseAlerts.isEmpty && matches.allSatisfy(\.isCauseRight)
    }

    private var requiredDelays: [Milliseconds] {
        matches.filter(\.truth.isRequired).map(\.delay)
    }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }
}

extension [Milliseconds] {
    /// The middle one, the lower of two; nil when empty.
    var median: Milliseconds? { isEmpty ? nil : sorted()[(count - 1) / 2] }
}
