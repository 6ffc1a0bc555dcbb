package import TwinCore

extension ServerDocument {
    /// The answer to `get server`. Cost: one pass over the window a metric.
    ///
    /// - Parameters:
    ///   - duplicates: reports of a known time, which the shard counts because nothing is
    ///     journalled for them.
    ///   - conflicts: those among them that carried other values.
    package init(
        _ twin: ServerTwin, duplicates: UInt64, conflicts: UInt64, in context: DocumentContext
    ) {
        let view = twin.view
        self.init(
            address: twin.book.address.description, status: view.status,
            since: RFC3339(view.since), asOf: RFC3339(context.asOf),
            position: context.position.rawValue,
            maintenance: view.maintenance.map { MaintenanceDocument($0) },
            location: LocationDocument(view.location), labels: Dictionary(labels: view.labels),
            owner: context.owner, generation: view.generation,
            commissionedAt: RFC3339(view.commissionedAt),
            report: Report(view, duplicates: duplicates, conflicts: conflicts),
            baseline: Baseline(
                state: view.isLearning ? "learning" : "ready", hours: Double(view.baselineHours)),
            window: Window(
                from: RFC3339(view.windowFrom), to: RFC3339(view.lastReportAt),
                reports: view.windowReports),
            metrics: view.metrics.map { MetricDocument($0) },
            incidents: view.incidents.map { IncidentDocument($0) })
    }
}

extension ServerDocument.Report {
    init(_ view: ServerView, duplicates: UInt64, conflicts: UInt64) {
        let counters = view.counters
        self.init(
            lastAt: RFC3339(view.lastReportAt), intervalSeconds: view.interval.seconds,
            intervalSource: view.intervalSource.rawValue, accepted: counters.accepted,
            late: counters.late, duplicate: duplicates, conflict: conflicts,
            tooOld: counters.tooOld, future: counters.future,
            implausible: counters.implausible)
    }
}

extension MetricDocument {
    init(_ metric: ServerView.Metric) {
        self.init(
            name: metric.name, unit: metric.unit.rawValue, device: metric.device,
            last: metric.last.map(readable), mean: metric.mean.map(readable),
            max: metric.max.map(readable), expectedLow: metric.expectedLow.map(readable),
            expectedHigh: metric.expectedHigh.map(readable), warn: metric.warn,
            critical: metric.critical, values: metric.values.map { $0.map(readable) })
    }
}

/// A measured value in as many digits as a reporter's float32 has: 0.42, not 0.41999998688697815.
private func readable(_ value: Double) -> Double {
    Double(Float(value).description) ?? value
}
