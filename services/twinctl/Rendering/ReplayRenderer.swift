internal import TwinCore
/// `twinctl replay`: the incidents of a recorded series, and the score.
enum ReplayRenderer {
    static func text(_ document: ReplayDocument, _ context: RenderContext) -> String {
        let span = HumanNumbers.seconds(Double(document.rows) * document.intervalSeconds)
        var headline =
            "\(document.address): \(document.rows) rows of "
            + "\(HumanNumbers.counted(document.metrics, "metric")), every "
            + "\(HumanNumbers.interval(document.intervalSeconds)) (\(span))"
        if document.learnedRows > 0 { headline += ", after \(document.learnedRows) to learn from" }
        if document.skippedRows > 0 { headline += "; \(document.skippedRows) skipped" }
        return ([headline, ""] + incidents(document, context) + score(document, context))
            .joined(separator: "\n")
    }

    private static func incidents(
        _ document: ReplayDocument, _ context: RenderContext
    ) -> [String] {
        guard !document.incidents.isEmpty else { return ["no incident"] }
        var table = Table([
            Table.Column("ROWS", .right), Table.Column("SEVERITY"), Table.Column("KIND"),
            Table.Column("WHAT"),
        ])
        for incident in document.incidents {
            let first = incident.openedAtRows.first.map(String.init) ?? ""
            let last = incident.resolvedAtRow.map(String.init) ?? ""
            let again = incident.openedAtRows.count - 1
            table.add([
                Table.Cell("\(first)–\(last)"), Table.Cell(incident.severity.name),
                Table.Cell(incident.kind),
                Table.Cell(incident.summary + (again > 0 ? " (\(again) times again)" : "")),
            ])
        }
        return table.lines(context.palette)
    }

    private static func score(
        _ document: ReplayDocument, _ context: RenderContext
    ) -> [String] {
        guard let score = document.score else { return [] }
        var found = "\(score.found) of \(HumanNumbers.counted(score.events, "event")) found"
        if let recall = score.recall { found += " (\(HumanNumbers.percent(recall)))" }
        if let median = score.delaySecondsMedian, let longest = score.delaySecondsMax {
            found +=
                ", \(HumanNumbers.seconds(median)) after the first row (median), at most "
                + HumanNumbers.seconds(longest)
        }
        var wrong = HumanNumbers.counted(score.falseIncidents, "false incident")
        if let rate = score.falsePerServerWeek {
            wrong += ", \(HumanNumbers.trimmed(rate, digits: 2)) a server and week"
        }
        return ["", found, wrong]
    }
}
