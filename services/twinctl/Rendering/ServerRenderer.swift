import TwinCore
package import TwinWire

/// `twinctl get server`: where it stands, how it reports, what is wrong, how its metrics ran.
package enum ServerRenderer {
    /// Shown without `--all-metrics`, besides the metrics of open incidents.
    private static let vitalMetrics = [
        "system.cpu.utilization", "system.memory.utilization", "system.network.dropped",
        "hw.temperature.margin",
    ]
    /// Minimum widths that let the metric table stand still between two looks.
    private static let nameWidth = 26
    private static let limitsWidth = 10
    private static let sparkColumns = 16
    /// Room above the highest value when no limit gives the scale.
    private static let headroom = 1.25
    private static let hoursToLearn = 24

    package static func text(
        _ document: ServerDocument, allMetrics: Bool = false, _ context: RenderContext
    ) -> String {
        var blocks = [[headline(document, context)] + facts(document, context)]
        if !document.incidents.isEmpty {
            blocks.append(IncidentTable.lines(document.incidents, .evidence, context))
        }
        if !document.metrics.isEmpty {
            blocks.append(metrics(document, allMetrics: allMetrics, context))
        }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func headline(_ document: ServerDocument, _ context: RenderContext) -> String {
        let word = context.palette.paint(
            document.status.uppercased(), Phrases.role(ofStatus: document.status))
        var line =
            "\(document.address)   \(word) since \(context.time.clockAndAge(document.since))"
        let folds = document.incidents.flatMap(\.mutedBy).filter { $0.by == "fold" }
        if let parent = folds.first?.ref { line += ", folded into \(parent)" }
        return line
    }

    private static func facts(_ document: ServerDocument, _ context: RenderContext) -> [String] {
        var facts = FactLines()
        let report = document.report
        let last = report.lastAt.map { "last \(context.time.clock($0))" } ?? "none yet"
        let refused = report.tooOld + report.future
        let reportText =
            "\(last), every \(HumanNumbers.interval(report.intervalSeconds))"
            + " (\(report.intervalSource)); \(report.late) late, \(report.duplicate) duplicate, "
            + "\(refused) refused"
        facts.add("report", reportText)
        facts.add(
            "where", Phrases.place(document.location) ?? "unknown", Phrases.labels(document.labels))
        facts.add("baseline", baseline(document.baseline))
        if let window = document.maintenance {
            facts.add(
                "muted",
                "maintenance of \(window.address) until "
                    + "\(context.time.clock(window.until)): \(window.reason) (\(window.owner))")
        }
        let owner = document.owner
        var commissioned = "generation \(document.generation)"
        if let at = document.commissionedAt {
            commissioned = "commissioned \(context.time.clock(at)), \(commissioned)"
        }
        facts.add(
            "owner", "\(owner.instance), shard \(owner.shard), epoch \(owner.epoch)", commissioned)
        return facts.lines(context.palette)
    }

    private static func baseline(_ baseline: ServerDocument.Baseline) -> String {
        guard baseline.state == "learning" else { return baseline.state }
        let hours = min(Int(max(0, baseline.hours)), hoursToLearn)
        return "learning, \(hours) of \(hoursToLearn) h: limits are judged, deviations not yet"
    }

    // MARK: metrics

    private static func metrics(
        _ document: ServerDocument, allMetrics: Bool, _ context: RenderContext
    ) -> [String] {
        let shown = allMetrics ? document.metrics : mostTelling(document)
        var table = Table([
            .init("METRIC", widthMin: nameWidth), .init("LAST", .right), .init("MEAN", .right),
            .init("MAX", .right), .init("EXPECTED", .right),
            .init("WARN/CRIT", .right, widthMin: limitsWidth),
            .init(span(document.window, context)),
        ])
        for metric in shown {
            let device = metric.device.map { " (\($0))" } ?? ""
            table.add([
                Table.Cell(metric.name + device), cell(metric.last, metric),
                Table.Cell(MetricText.measured(metric.mean, metric.unit)),
                Table.Cell(MetricText.measured(metric.max, metric.unit)),
                Table.Cell(
                    MetricText.pair(
                        metric.expectedLow, metric.expectedHigh, metric.unit, separator: "–")),
                Table.Cell(
                    MetricText.pair(metric.warn, metric.critical, metric.unit, separator: " / ")),
                Table.Cell(
                    SparkLine.text(metric.values, in: scale(of: metric), columns: sparkColumns)),
            ])
        }
        var lines = table.lines(context.palette)
        let hidden = document.metrics.count - shown.count
        if hidden > 0 { lines.append("(\(hidden) more: --all-metrics)") }
        return lines
    }

    /// The metrics of open incidents, then the vital ones, in the document's order.
    private static func mostTelling(_ document: ServerDocument) -> [MetricDocument] {
        let wrong = document.incidents.flatMap(\.evidence).map(\.metric)
        let telling = document.metrics.filter {
            wrong.contains($0.name) || vitalMetrics.contains($0.name)
        }
        return telling.isEmpty ? Array(document.metrics.prefix(vitalMetrics.count)) : telling
    }

    private static func span(
        _ window: ServerDocument.Window, _ context: RenderContext
    ) -> String {
        guard let from = window.from, let to = window.to else { return "WINDOW" }
        return "\(context.time.short(from)) ────── \(context.time.short(to))"
    }

    /// The latest value, coloured by the limit it crosses.
    private static func cell(_ value: Double?, _ metric: MetricDocument) -> Table.Cell {
        let text = MetricText.measured(value, metric.unit)
        guard let value else { return Table.Cell(text) }
        let isLowBad = isLowBad(metric)
        func crosses(_ limit: Double?) -> Bool {
            limit.map { isLowBad ? value < $0 : value > $0 } ?? false
        }
        return Table.Cell(
            text, crosses(metric.critical) ? .bad : crosses(metric.warn) ? .warning : nil)
    }

    private static func isLowBad(_ metric: MetricDocument) -> Bool {
        guard let warn = metric.warn, let critical = metric.critical else { return false }
        return critical < warn
    }

    /// From zero to the limit that is bad when exceeded, or to what was seen with some headroom.
    private static func scale(of metric: MetricDocument) -> ClosedRange<Double> {
        let present = metric.values.compactMap { $0 }.filter(\.isFinite)
        let lowest = min(0, present.min() ?? 0)
        let highest = (present.max() ?? 0) * headroom
        let limits = isLowBad(metric) ? [] : [metric.warn, metric.critical].compactMap { $0 }
        let seen = limits.max().map { max($0, present.max() ?? 0) } ?? highest
        return lowest...max(lowest, seen)
    }
}
