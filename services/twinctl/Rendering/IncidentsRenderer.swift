package import TwinWire

/// `twinctl incidents`: what is wrong now, a line each.
package enum IncidentsRenderer {
    package static func text(_ document: IncidentsDocument, _ context: RenderContext) -> String {
        let notes =
            MissingLines.lines(document.missing ?? [], context)
            + StalenessLines.lines(document.stale, context)
        guard !document.items.isEmpty else {
            let isWhole = document.missing?.isEmpty ?? true
            let nothing = isWhole ? "nothing is wrong" : "nothing is wrong in what answered"
            return ([nothing] + notes).joined(separator: "\n")
        }
        var table = Table([
            .init("INCIDENT"), .init("SINCE"), .init("FOR"), .init("SEVERITY"), .init("PHASE"),
            .init("SERVERS", .right), .init("MUTED BY"), .init("WHAT"),
        ])
        for incident in document.items {
            table.add([
                Table.Cell(incident.id, .strong), Table.Cell(context.time.clock(incident.since)),
                Table.Cell(context.time.age(incident.since)), Phrases.severity(incident.severity),
                Table.Cell(incident.flapping ? "\(incident.phase), flapping" : incident.phase),
                servers(incident), Phrases.mutes(incident.mutedBy), Table.Cell(incident.summary),
            ])
        }
        var lines = table.lines(context.palette)
        if let cursor = document.cursor { lines.append("(more: --after \(cursor))") }
        lines += notes
        return lines.joined(separator: "\n")
    }

    private static func servers(_ incident: IncidentDocument) -> Table.Cell {
        guard incident.serversTotal > 0 else { return .none }
        return "\(incident.serversAffected)/\(incident.serversTotal)"
    }
}
