import TwinCore
package import TwinWire

/// `twinctl alerts`: one entry a record, as it happens; the columns never move.
///
/// Neighbouring `updated` records of one incident in a batch are shown as the latest of them.
package struct AlertRenderer {
    private static let timeWidth = 12
    private static let changeWidth = 8
    private static let severityWidth = 8
    /// A rack's usual address; what is longer pushes its own line only.
    private static let placeWidth = 12
    private static let gap = 2
    private static let idGap = "   "

    private let context: RenderContext

    package init(_ context: RenderContext) { self.context = context }

    package var header: String {
        context.palette.paint(
            columns("TIME (\(context.zone.title))", "CHANGE", "SEVERITY", "WHERE") + "WHAT", .faint)
    }

    /// The line below the newest record while following.
    package static func footer(behind: Int) -> String {
        "▌ following; \(behind) behind; Ctrl-C prints the cursor"
    }

    /// The records of one batch, oldest first.
    package func text(_ alerts: [AlertDocument]) -> String {
        folded(alerts).map(text).joined(separator: "\n")
    }

    /// One record: a line, and a second one with candidates and id when an incident begins.
    package func text(_ alert: AlertDocument) -> String {
        let incident = alert.incident
        let isOver = alert.change == AlertChange.resolved.rawValue
        let severity = incident.flatMap { isOver ? nil : $0.severity.name } ?? "–"
        let start = columns(
            context.time.bare(alert.at), alert.change, severity, incident?.address ?? alert.address)
        let indent = String(repeating: " ", count: indentWidth)
        let lines = sentences(alert).flatMap(wrapped)
        let text = start + lines.joined(separator: "\n" + indent)
        return alert.pages ? context.palette.paint(text, isOver ? .good : .bad) : text
    }

    /// The text of a gap in the log, which is never passed over in silence.
    package func text(_ document: AlertGapDocument) -> String {
        "records \(document.gap.from) to \(document.gap.to) are no longer kept; "
            + "going on at \(document.gap.resume)"
    }

    private func folded(_ alerts: [AlertDocument]) -> [AlertDocument] {
        var kept: [AlertDocument] = []
        for alert in alerts {
            let updated = AlertChange.updated.rawValue
            if let last = kept.last, last.change == updated, alert.change == updated,
                last.incident?.id == alert.incident?.id, !last.pages
            {
                kept[kept.count - 1] = alert
            } else {
                kept.append(alert)
            }
        }
        return kept
    }

    // MARK: sentences

    private func sentences(_ alert: AlertDocument) -> [String] {
        guard let incident = alert.incident else {
            return ["Now \(alert.verdict?.rawValue ?? alert.change)."]
        }
        guard let change = AlertChange(rawValue: alert.change) else { return [incident.summary] }
        let cause = incident.cause.map { "Cause: \(Phrases.cause($0)). " } ?? ""
        return switch change {
        case .opened, .reopened, .escalated: [incident.summary, beginning(incident)]
        case .updated: [cause + incident.summary]
        case .resolved: [ending(incident)]
        case .folded, .muted, .acknowledged: [muting(incident)]
        case .unfolded, .unmuted, .unacknowledged, .verdict: [incident.summary]
        }
    }

    /// `ToR switch 75 %, rack power 25 %. 40 folded.   rack/dc1-r07:1`
    private func beginning(_ incident: IncidentDocument) -> String {
        var facts: [String] = []
        if let cause = incident.cause {
            facts.append("Cause: \(Phrases.cause(cause)).")
        } else if !incident.candidates.isEmpty {
            facts.append("\(Phrases.candidates(incident.candidates)).")
        }
        if incident.children > 0 { facts.append("\(incident.children) folded.") }
        if !incident.mutedBy.isEmpty {
            facts.append("Muted: \(Phrases.mutes(incident.mutedBy).text).")
        }
        let text = facts.joined(separator: " ")
        return text.isEmpty ? incident.id : text + AlertRenderer.idGap + incident.id
    }

    /// `After 2 min 2 s. 40 servers unfolded, all healthy.`
    private func ending(_ incident: IncidentDocument) -> String {
        guard let end = incident.resolvedAt else { return incident.summary }
        let span = HumanNumbers.span(end - (incident.openedAt ?? incident.since))
        return "After \(span). \(incident.summary)"
    }

    private func muting(_ incident: IncidentDocument) -> String {
        let comments = incident.mutedBy.compactMap(\.comment).filter { !$0.isEmpty }
        let reasons = ([Phrases.mutes(incident.mutedBy).text] + comments).joined(separator: ": ")
        return "\(reasons)\(AlertRenderer.idGap)\(incident.id)"
    }

    // MARK: columns

    private var indentWidth: Int {
        AlertRenderer.timeWidth + AlertRenderer.changeWidth + AlertRenderer.severityWidth
            + AlertRenderer.placeWidth + 4 * AlertRenderer.gap
    }

    private func columns(
        _ time: String, _ change: String, _ severity: String, _ place: String
    ) -> String {
        let widths = [
            AlertRenderer.timeWidth, AlertRenderer.changeWidth, AlertRenderer.severityWidth,
            AlertRenderer.placeWidth,
        ]
        return zip([time, change, severity, place], widths).map { text, width in
            text.padding(to: width) + String(repeating: " ", count: AlertRenderer.gap)
        }.joined()
    }

    /// A sentence in lines that fit the terminal, broken between words.
    private func wrapped(_ sentence: String) -> [String] {
        let room = max(AlertRenderer.placeWidth, context.width - indentWidth)
        guard sentence.count > room else { return [sentence] }
        var lines: [String] = []
        for word in sentence.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= room {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
