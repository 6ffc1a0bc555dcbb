import TwinCore
package import TwinWire

/// `twinctl list`: the twins of a tier, or the reporters that nobody commissioned.
package enum ListRenderer {
    package static func text(_ document: ListDocument, _ context: RenderContext) -> String {
        let isServer = document.tier == .server
        var columns: [Table.Column] = [
            .init(document.tier.name.uppercased()), .init("STATUS"), .init("SINCE"),
        ]
        if document.tier != .dc { columns.append(.init("DC")) }
        if isServer { columns += [.init("RACK"), .init("LAST REPORT")] }
        columns.append(.init("INCIDENTS"))
        var table = Table(columns)
        for item in document.items {
            var row: [Table.Cell] = [
                Table.Cell(item.key),
                Table.Cell(item.status, Phrases.role(ofStatus: item.status)),
                .value(item.since.map(context.time.clock)),
            ]
            if document.tier != .dc { row.append(.value(item.dc)) }
            if isServer {
                row += [.value(item.rack), .value(item.lastReportAt.map(context.time.clock))]
            }
            let incidents = item.incidents.joined(separator: ", ")
            row.append(incidents.isEmpty ? .none : Table.Cell(incidents))
            table.add(row)
        }
        let text = lines(
            table, empty: "no \(document.tier.name) matches", document.missing, document.cursor,
            context)
        return ([text] + StalenessLines.lines(document.stale, context)).joined(separator: "\n")
    }

    package static func text(
        _ document: UnknownReportersDocument, _ context: RenderContext
    ) -> String {
        var table = Table([
            .init("SERVER"), .init("FIRST REPORT"), .init("LAST REPORT"), .init("REPORTS", .right),
        ])
        for item in document.items {
            table.add([
                Table.Cell(item.key), Table.Cell(context.time.clock(item.since)),
                Table.Cell(context.time.clock(item.lastReportAt)), "\(item.reports)",
            ])
        }
        var text = lines(
            table, empty: "nobody reports without being commissioned", document.missing,
            document.cursor, context)
        if let first = document.items.first {
            text += "\n\n→ twinctl commission --unknown \(first.key) --rack RACK"
        }
        return text
    }

    private static func lines(
        _ table: Table, empty: String, _ missing: [MissingShardDocument], _ cursor: String?,
        _ context: RenderContext
    ) -> String {
        var lines = table.isEmpty ? [empty] : table.lines(context.palette)
        if let cursor { lines.append("(more: --after \(cursor))") }
        lines += MissingLines.lines(missing, context)
        return lines.joined(separator: "\n")
    }
}
