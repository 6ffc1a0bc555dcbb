/// One limit on one metric: what is measured, when it is bad, when it is good again.
///
/// A row of `HealthRules.all`; data only. Enter and leave limits differ (hysteresis), and a
/// level is in force only after `reports` bad reports in a row that span at least `duration`.
package struct HealthRule: Sendable, Equatable {
    /// What of the metric is held against the limits.
    package enum Measure: Sendable, Equatable {
        /// The latest report's value.
        case latest
        /// The latest value without its sign.
        case magnitude
        /// The mean by report time up to the latest report; at least half the span is covered.
        case mean(over: Milliseconds)
        /// How far the mean of the last `over` is above the mean of the window before it.
        case rise(over: Milliseconds)
        /// Seconds until the ratio reaches 1 at the slope of the window.
        case secondsToFull
        /// The latest value as a share of its usual one (the five minutes before the onset).
        case shareOfUsual
    }

    /// Which side of a limit is bad.
    package enum Side: Sendable, Equatable {
        case over, atLeast, under
    }

    /// One severity with the limit that enters and the limit that leaves it.
    package struct Level: Sendable, Equatable {
        package let severity: Severity
        package let enter: Double
        package let leave: Double
    }

    package let kind: IncidentKind
    package let metric: String
    /// What the metric is called in a sentence.
    package let noun: String
    package let measure: Measure
    package let side: Side
    /// One or two, the mildest first.
    package let levels: [Level]
    package let reports: Int
    package let duration: Milliseconds
    /// Good reports in a row before the condition counts as good.
    package let goodReports: Int
    /// How long it must then stay good before the incident resolves, the first time.
    package let clearDelay: Milliseconds

    package init(
        _ kind: IncidentKind, of metric: String, called noun: String, measure: Measure = .latest,
        _ side: Side, levels: [Level], reports: Int = 2, duration: Milliseconds = .zero,
        goodReports: Int = 3, clearDelay: Milliseconds = .minutes(2)
    ) {
        self.kind = kind
        self.metric = metric
        self.noun = noun
        self.measure = measure
        self.side = side
        self.levels = levels
        self.reports = reports
        self.duration = duration
        self.goodReports = goodReports
        self.clearDelay = clearDelay
    }

    /// The highest level (1-based) that `value` enters; 0 = none.
    package func levelEntered(by value: Double) -> Int {
        var level = 0
        for index in levels.indices where isBeyond(value, levels[index].enter) { level = index + 1 }
        return level
    }

    /// The highest level (1-based) that `value` has not left; 0 = all left.
    package func levelHeld(by value: Double) -> Int {
        var level = 0
        for index in levels.indices {
            let leave = levels[index].leave
            if side == .under ? value < leave : value > leave { level = index + 1 }
        }
        return level
    }

    private func isBeyond(_ value: Double, _ limit: Double) -> Bool {
        switch side {
        case .over: value > limit
        case .atLeast: value >= limit
        case .under: value < limit
        }
    }
}

extension HealthRule {
    /// The unit of what is measured, which is not always the unit of the metric.
    package var measuredUnit: MetricUnit {
        switch measure {
        case .latest, .magnitude, .mean, .rise: MetricDefinition.named(metric).unit
        case .secondsToFull: .seconds
        case .shareOfUsual: .ratio
        }
    }
}
