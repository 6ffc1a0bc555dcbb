import TwinWire

/// The table of incidents in the answers about one twin.
enum IncidentTable {
    /// What the last column tells: a server's measured facts, a rack's or data center's cause.
    enum Reason: String {
        case evidence = "EVIDENCE"
        case cause = "CAUSE"
    }

    static func lines(
        _ incidents: [IncidentDocument], _ reason: Reason, _ context: RenderContext
    ) -> [String] {
        var table = Table([
            .init("INCIDENT"), .init("SINCE"), .init("PHASE"), .init("SEVERITY"), .init("KIND"),
            .init("MUTED BY"), .init(reason.rawValue),
        ])
        for incident in incidents {
            table.add([
                Table.Cell(incident.id, .strong), Table.Cell(context.time.clock(incident.since)),
                Table.Cell(incident.flapping ? "\(incident.phase), flapping" : incident.phase),
                Phrases.severity(incident.severity), Table.Cell(incident.kind),
                Phrases.mutes(incident.mutedBy), Table.Cell(text(incident, reason)),
            ])
        }
        return table.lines(context.palette)
    }

    private static func text(_ incident: IncidentDocument, _ reason: Reason) -> String {
        let text =
            switch reason {
            case .evidence: Phrases.evidence(incident.evidence)
            case .cause:
                incident.cause.map(Phrases.cause) ?? Phrases.candidates(incident.candidates)
            }
        return text.isEmpty ? incident.summary : text
    }
}
