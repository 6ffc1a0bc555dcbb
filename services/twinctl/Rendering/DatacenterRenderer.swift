import TwinCore
package import TwinWire

/// `twinctl get dc`: the verdict, its incidents, and the racks that are not healthy.
package enum DatacenterRenderer {
    private static let racksShown = 20

    package static func text(
        _ document: DatacenterDocument, allRacks: Bool = false, _ context: RenderContext
    ) -> String {
        var blocks = [[headline(document, context)] + facts(document, context)]
        if !document.incidents.isEmpty {
            blocks.append(IncidentTable.lines(document.incidents, .cause, context))
        }
        blocks.append(racks(document.racks, all: allRacks, context))
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func headline(
        _ document: DatacenterDocument, _ context: RenderContext
    ) -> String {
        let word = context.palette.paint(
            document.verdict.rawValue.uppercased(),
            Phrases.role(ofStatus: document.verdict.rawValue))
        return "\(document.address)   \(word) since \(context.time.clockAndAge(document.since))"
    }

    private static func facts(
        _ document: DatacenterDocument, _ context: RenderContext
    ) -> [String] {
        var facts = FactLines()
        let counts = document.counts
        facts.add(
            "racks", HumanNumbers.counted(counts.racks, "rack"),
            "\(counts.unhealthy) unhealthy, \(counts.unknown) unknown, "
                + "\(counts.maintenance) in maintenance")
        facts.add(
            "servers", HumanNumbers.counted(counts.servers, "server"), "\(counts.missing) missing")
        if let stale = document.staleness {
            facts.add("picture", StalenessLines.sentence(stale, context))
        }
        if let window = document.maintenance {
            facts.add(
                "muted",
                "maintenance until \(context.time.clock(window.until)): "
                    + "\(window.reason) (\(window.owner))")
        }
        let owner = document.owner
        facts.add(
            "owner", "\(owner.instance), shard \(owner.shard), epoch \(owner.epoch)",
            "as of \(context.time.precise(document.asOf)), position \(document.position)")
        return facts.lines(context.palette)
    }

    private static func racks(
        _ racks: [DatacenterDocument.Rack], all: Bool, _ context: RenderContext
    ) -> [String] {
        let unwell = racks.filter { $0.verdict != .healthy }
        let shown = all ? racks[...] : unwell.prefix(racksShown)
        var lines: [String] = []
        if !shown.isEmpty {
            var table = Table([.init("RACK"), .init("VERDICT"), .init("SINCE"), .init("FOR")])
            for rack in shown {
                let verdict = rack.verdict.rawValue
                table.add([
                    Table.Cell(rack.key), Table.Cell(verdict, Phrases.role(ofStatus: verdict)),
                    Table.Cell(context.time.clock(rack.since)),
                    Table.Cell(context.time.age(rack.since)),
                ])
            }
            lines = table.lines(context.palette)
        }
        let hidden = racks.count - shown.count
        if hidden > 0 {
            let healthy = racks.count - unwell.count
            lines.append("(\(hidden) more, \(healthy) of \(racks.count) healthy: --all-racks)")
        }
        return lines.isEmpty ? ["no racks"] : lines
    }
}
