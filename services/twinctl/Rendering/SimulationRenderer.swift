/// `twinctl simulate`: what was sent, and the score.
enum SimulationRenderer {
    /// Missed and false ones are listed up to this number; `--json` has them all.
    private static let listedMax = 20

    static func text(_ document: SimulationDocument, _ context: RenderContext) -> String {
        let reports = document.reports
        var lines = [
            "\(HumanNumbers.counted(document.servers, "server")) in "
                + "\(HumanNumbers.counted(document.racks, "rack")) of \(document.dc), "
                + "\(HumanNumbers.seconds(document.simulatedSeconds)), seed \(document.seed), "
                + HumanNumbers.counted(document.faults, "fault"),
            "reports   \(reports.accepted) ok, \(reports.late) late, "
                + "\(reports.duplicate) duplicate, \(reports.tooOld) too old, "
                + "\(reports.refused) refused, \(reports.dropped) given up",
        ]
        if let score = document.score { lines += self.lines(score, context) }
        return lines.joined(separator: "\n")
    }

    private static func lines(
        _ score: SimulationDocument.Score, _ context: RenderContext
    ) -> [String] {
        var found = "found     \(score.found) of \(score.expected)"
        if let recall = score.recall { found += " (\(HumanNumbers.percent(recall)))" }
        if let median = score.delaySecondsMedian, let longest = score.delaySecondsMax {
            found +=
                ", \(HumanNumbers.seconds(median)) after their onset (median), "
                + "at most \(HumanNumbers.seconds(longest))"
        }
        let isClean = score.falseAlerts.isEmpty
        let wrong =
            "false     \(HumanNumbers.counted(score.falseAlerts.count, "alert")), "
            + HumanNumbers.counted(score.falsePages, "page")
        return [
            context.palette.paint(found, score.missed.isEmpty ? .good : .bad),
            "causes    \(score.causesRight) of \(score.causesJudged) right",
            "pages     \(score.pages)",
            context.palette.paint(wrong, isClean ? .good : .bad),
        ] + missed(score.missed, context) + unexplained(score.falseAlerts, context)
    }

    private static func missed(
        _ missed: [SimulationDocument.Missed], _ context: RenderContext
    ) -> [String] {
        missed.prefix(listedMax).map {
            "missed    \(context.time.clock($0.start))  \($0.address)  "
                + "\($0.kinds.joined(separator: " or "))  (\($0.fault))"
        } + more(missed.count)
    }

    private static func unexplained(
        _ alerts: [SimulationDocument.FalseAlert], _ context: RenderContext
    ) -> [String] {
        alerts.prefix(listedMax).map {
            "false     \(context.time.clock($0.openedAt))  \($0.address)  \($0.kind)"
                + ($0.pages ? "  paged" : "")
        } + more(alerts.count)
    }

    private static func more(_ count: Int) -> [String] {
        count > listedMax ? ["          and \(count - listedMax) more (--json)"] : []
    }
}
