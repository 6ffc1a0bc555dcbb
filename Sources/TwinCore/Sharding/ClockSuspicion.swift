/// Tells a wrong clock of ours from wrong clocks of theirs: when half of the reports of the last
/// minute are in our future, it is ours, and no server is blamed.
///
/// Counted per instance over two half-minutes of monotonic time; what it decides is journalled
/// with each report it concerns.
package struct ClockSuspicion: Sendable {
    private struct Half: Sendable {
        var reports = 0
        var future = 0
    }

    private static let halfMilliseconds: Int64 = 30_000
    /// Fewer reports prove nothing.
    private static let reportsMin = 8

    private var current = Half()
    private var previous = Half()
    private var since: Int64 = 0

    package init() {}

    /// Notes one report at monotonic time `now`.
    package mutating func note(isFuture: Bool, at now: Int64) {
        let passed = now - since
        if passed >= ClockSuspicion.halfMilliseconds {
            previous = passed < 2 * ClockSuspicion.halfMilliseconds ? current : Half()
            current = Half()
            since = now
        }
        current.reports += 1
        if isFuture { current.future += 1 }
    }

    /// True while our own clock is the likelier culprit.
    package var isOurs: Bool {
        let reports = current.reports + previous.reports
        let future = current.future + previous.future
        return reports >= ClockSuspicion.reportsMin && future * 2 >= reports
    }

    /// How many of how many reports were ahead, for the warning.
    package var share: (future: Int, reports: Int) {
        (current.future + previous.future, current.reports + previous.reports)
    }
}
