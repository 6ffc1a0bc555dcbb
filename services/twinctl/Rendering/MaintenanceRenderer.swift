import TwinCore
package import TwinWire

/// `twinctl maintenance list`: planned and running windows, and how long they still last.
package enum MaintenanceRenderer {
    package static func text(
        _ document: MaintenanceListDocument, _ context: RenderContext
    ) -> String {
        let notes = MissingLines.lines(document.missing ?? [], context)
        guard !document.items.isEmpty else {
            return (["no maintenance is planned or running"] + notes).joined(separator: "\n")
        }
        var table = Table([
            .init("TWIN"), .init("FROM"), .init("UNTIL"), .init("LEFT"), .init("OWNER"),
            .init("REASON"), .init("ID"),
        ])
        for window in document.items {
            let isRunning = window.from.timestamp <= context.now
            let left = HumanNumbers.span(window.until.timestamp - context.now)
            table.add([
                Table.Cell(window.address), Table.Cell(context.time.clock(window.from)),
                Table.Cell(context.time.clock(window.until)),
                Table.Cell(isRunning ? left : "planned"), Table.Cell(window.owner),
                Table.Cell(window.reason), Table.Cell(window.id),
            ])
        }
        return (table.lines(context.palette) + notes).joined(separator: "\n")
    }
}
