import TwinCore
package import TwinWire

/// `twinctl unhealthy-racks`: the verdict, the racks with cause and since-when, the next commands.
package enum UnhealthyRacksRenderer {
    /// Room for a time of day and a blank, so that ages stand apart.
    private static let sinceWidth = 10
    private static let stepGap = "        "

    package static func text(
        _ document: UnhealthyRacksDocument, _ context: RenderContext
    ) -> String {
        var blocks = [[headline(document, context)]]
        blocks[0] += StalenessLines.lines(document.staleness.map { [$0] }, context)
        if !document.racks.isEmpty {
            blocks.append(racks(document.racks, context).lines(context.palette))
        }
        if !document.unknownRacks.isEmpty {
            blocks.append(unknownRacks(document.unknownRacks, context).lines(context.palette))
        }
        if let worst = document.racks.first {
            blocks.append([
                "→ twinctl get rack \(worst.key)\(stepGap)"
                    + "→ twinctl acknowledge \(worst.incident)"
            ])
        } else if document.verdict != .healthy {
            blocks.append(["→ twinctl get dc \(document.dc)"])
        }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func headline(
        _ document: UnhealthyRacksDocument, _ context: RenderContext
    ) -> String {
        let counts = document.counts
        let word = document.verdict.rawValue.uppercased()
        let racks = HumanNumbers.counted(counts.racks, "rack")
        let first = counts.unhealthy > 0 ? "\(counts.unhealthy) of \(racks)" : racks
        var right = "as of \(context.time.precise(document.asOf)), position \(document.position)"
        if document.stale { right += ", stale" }
        let line = context.line(
            "\(document.dc) is \(word): \(first), \(counts.unknown) unknown", right)
        let start = "\(document.dc) is "
        return start
            + context.palette.paint(word, Phrases.role(ofStatus: document.verdict.rawValue))
            + line.dropFirst(start.count + word.count)
    }

    private static func racks(
        _ racks: [UnhealthyRacksDocument.Rack], _ context: RenderContext
    ) -> Table {
        var table = Table([
            .init("RACK"), .init("SINCE", widthMin: sinceWidth), .init("FOR"), .init("SEVERITY"),
            .init("CAUSE"), .init("SERVERS", .right), .init("MUTED"), .init("INCIDENT"),
        ])
        for rack in racks {
            table.add([
                Table.Cell(rack.key, .strong), Table.Cell(context.time.clock(rack.since)),
                Table.Cell(context.time.age(rack.since)), Phrases.severity(rack.severity),
                Table.Cell(
                    Phrases.rackTrouble(
                        kind: rack.kind, cause: rack.cause, candidates: rack.candidates)),
                "\(rack.serversAffected)/\(rack.serversTotal)", Phrases.mutes(rack.mutedBy),
                Table.Cell(rack.incident),
            ])
        }
        return table
    }

    private static func unknownRacks(
        _ racks: [UnhealthyRacksDocument.UnknownRack], _ context: RenderContext
    ) -> Table {
        var table = Table([
            .init("UNKNOWN"), .init("SINCE", widthMin: sinceWidth), .init("FOR"), .init("REASON"),
        ])
        for rack in racks {
            table.add([
                Table.Cell(rack.key, .warning), Table.Cell(context.time.clock(rack.since)),
                Table.Cell(context.time.age(rack.since)), Table.Cell(rack.reason),
            ])
        }
        return table
    }
}
