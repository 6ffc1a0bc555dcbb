package import TwinCore
package import TwinWire

/// What became of `move`, `drain`, `rebalance` and `adopt`, in a sentence or a table.
package enum MovesRenderer {
    /// One shard has its new owner.
    package static func moved(_ document: MovesDocument, took: Milliseconds) -> String {
        guard let move = document.moves.first else { return nothingMoved }
        guard document.changed || move.from != move.to else {
            return "\(move.shard) was already with \(move.to)"
        }
        return "\(move.shard) moved from \(move.from) to \(move.to) in \(time(took))"
    }

    /// An instance is to be emptied, and nobody waits for it.
    package static func draining(_ document: MovesDocument, _ name: String) -> String {
        guard !document.moves.isEmpty else { return "\(name) has no shards to move" }
        let shards = HumanNumbers.counted(document.moves.count, "shard")
        let verb = document.changed ? "is being drained" : "was already being drained"
        return "\(name) \(verb): \(shards) to move, \(inFlight)\(next)"
    }

    /// An instance is empty; the moves say where its shards are now.
    package static func drained(
        _ document: MovesDocument, _ name: String, took: Milliseconds
    ) -> String {
        guard !document.moves.isEmpty else {
            return "\(name) has no shards: it may be stopped"
        }
        var counts: [(to: String, count: Int)] = []
        for move in document.moves {
            if let place = counts.firstIndex(where: { $0.to == move.to }) {
                counts[place].count += 1
            } else {
                counts.append((move.to, 1))
            }
        }
        let places = counts.sorted { $0.to < $1.to }.map { "\($0.count) to \($0.to)" }
        let shards = HumanNumbers.counted(document.moves.count, "shard")
        return "\(name) is empty: \(shards) moved in \(time(took)), "
            + places.joined(separator: ", ") + "; it may be stopped"
    }

    /// What moves, or would move, so that a tier is balanced.
    package static func balance(
        _ document: MovesDocument, isDryRun: Bool, _ context: RenderContext
    ) -> String {
        guard !document.moves.isEmpty else { return "balanced: nothing to move" }
        var table = Table([.init("SHARD"), .init("FROM"), .init("TO")])
        for move in document.moves {
            table.add([Table.Cell(move.shard), Table.Cell(move.from), Table.Cell(move.to)])
        }
        let shards = HumanNumbers.counted(document.moves.count, "shard")
        let sum =
            isDryRun
            ? "\(shards) would move; nothing was done" : "\(shards) to move, \(inFlight)\(next)"
        return (table.lines(context.palette) + ["", sum]).joined(separator: "\n")
    }

    /// A shard has an owner by a person's word.
    package static func adopted(_ document: MovesDocument) -> String {
        guard let move = document.moves.first else { return nothingMoved }
        guard document.changed else { return "\(move.shard) belonged to \(move.to) already" }
        let before = move.from.isEmpty ? "nobody" : move.from
        return "\(move.shard) belongs to \(move.to) now, before to \(before)"
    }

    private static let nothingMoved = "nothing moved"
    private static let inFlight = "\(Limits.movesInFlightMax) at a time"
    private static let next = "\n→ twinctl status"

    private static func time(_ span: Milliseconds) -> String {
        span < .seconds(1)
            ? "\(span.rawValue) ms" : HumanNumbers.seconds(Double(span.rawValue) / 1_000)
    }
}
