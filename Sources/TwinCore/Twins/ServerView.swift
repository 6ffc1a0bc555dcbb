/// What one server twin knows, for `get server`: read-only, at one moment.
package struct ServerView: Equatable, Sendable {
    /// Where the expected interval comes from.
    package enum IntervalSource: String, Sendable {
        case declared, commissioned, `default`
    }

    /// One metric with its limits, its expected range and its last 15 minutes.
    package struct Metric: Equatable, Sendable {
        package let name: String
        package let unit: MetricUnit
        package let device: String?
        /// nil = absent in the newest report.
        package let last: Double?
        package let mean: Double?
        package let max: Double?
        package let expectedLow: Double?
        package let expectedHigh: Double?
        package let warn: Double?
        package let critical: Double?
        /// One value a report of the window, oldest first; nil = absent.
        package let values: [Double?]
    }

    package let key: TwinKey
    package let status: String
    package let since: Timestamp
    package let generation: UInt64
    package let commissionedAt: Timestamp
    package let commission: Commission?
    package let location: TwinLocation
    package let labels: [TwinLabel]
    /// The running maintenance, own or inherited.
    package let maintenance: InheritedMaintenance?
    package let lastReportAt: Timestamp?
    package let interval: Milliseconds
    package let intervalSource: IntervalSource
    package let counters: ReportCounters
    package let isLearning: Bool
    package let baselineHours: Int
    package let windowFrom: Timestamp?
    package let windowReports: Int
    package let metrics: [Metric]
    package let incidents: [IncidentSnapshot]
}

extension ServerTwin {
    /// Everything `get server` shows. Cost: one pass over the window a metric.
    package var view: ServerView {
        ServerView(
            key: key, status: statusWord, since: conditionSince, generation: generation,
            commissionedAt: commissionedAt, commission: commission, location: book.location,
            labels: book.labels, maintenance: book.activeMaintenance,
            lastReportAt: window.newest, interval: interval, intervalSource: intervalSource,
            counters: counters, isLearning: baseline.isLearning, baselineHours: baseline.hours,
            windowFrom: window.oldest, windowReports: window.count,
            metrics: (0..<metricSet.count).map(metricView),
            incidents: book.incidents.map(book.snapshot))
    }

    private var intervalSource: ServerView.IntervalSource {
        if profile.interval != nil { return .declared }
        return commission?.interval == nil ? .default : .commissioned
    }

    private func metricView(_ column: Int) -> ServerView.Metric {
        let definition = metricSet.definitions[column]
        let stored = metricSet.windowColumn(column)
        let expected = baseline.expected(column: column, in: metricSet)
        let rule = HealthRules.numbers(of: definition.name).map { HealthRules.all[$0] }
            .first { $0.measuredUnit == definition.unit }
        let warn = rule?.levels.first.flatMap { $0.severity == .critical ? nil : $0.enter }
        let critical = rule?.levels.last.flatMap {
            $0.severity == .critical || rule?.levels.count == 2 ? $0.enter : nil
        }
        let last = latest.values[column]
        return ServerView.Metric(
            name: definition.name, unit: definition.unit, device: latest.device(column: column),
            last: last.isNaN ? nil : Double(last),
            mean: stored.flatMap { window.mean(column: $0, rows: 0..<window.count)?.value },
            max: stored.flatMap { window.maximum(column: $0).map(Double.init) },
            expectedLow: expected?.lowerBound, expectedHigh: expected?.upperBound,
            warn: warn, critical: critical,
            values: stored.map { stored in
                (0..<window.count).map { row in
                    let value = window.value(row: row, column: stored)
                    return value.isAbsent ? nil : Double(value.value)
                }
            } ?? [])
    }
}
