/// The numbers of a chaos run, for people.
struct ChaosTable: CustomStringConvertible {
    private let rows: [(name: String, value: String)]

    private static let nameWidth = 34

    init(
        _ settings: ChaosSettings, _ history: History, _ faults: FaultInjector.Tally,
        _ scaling: ScaleOperator.Tally, moves: (done: Int, givenUp: Int),
        killed: (operations: Int, readers: Int), _ judge: ChaosJudge
    ) {
        let ends = history.ends
        var rows: [(name: String, value: String)] = [
            ("seed", "\(settings.seed)"), ("operations", "\(ends.operations)"),
            ("ok", "\(ends.ok)"),
        ]
        for (code, count) in ends.refused.sorted(by: { $0.key < $1.key }) {
            rows.append(("refused: \(code)", "\(count)"))
        }
        rows.append(("no answer, or killed", "\(ends.unknown)"))
        for (name, count) in faults.done.sorted(by: { $0.key < $1.key }) {
            rows.append(("fault: \(name)", "\(count)"))
        }
        for (kind, reason) in faults.skipped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            rows.append(("fault: \(kind.rawValue)", "skipped: \(reason)"))
        }
        rows += [
            ("faults that found no move", "\(faults.unaimed)"),
            ("instances that joined", "\(scaling.joins)"),
            ("instances drained, stopped, back", "\(scaling.drains)"),
            ("tiers to be balanced", "\(scaling.balances)"),
            ("moves asked by name, refused", "\(scaling.asked), \(scaling.refused)"),
            ("moves done, given up", "\(moves.done), \(moves.givenUp)"),
            ("clients that died in mid-operation", "\(killed.operations)"),
            ("readers of alerts that died", "\(killed.readers)"),
            ("stopped by their disk, status 74", "\(faults.diskEnds)"),
            ("disk faults that struck nobody", "\(faults.missed)"),
            ("starts refused, name still taken", "\(faults.refusedStarts)"),
            ("operations lost, duplicated", "\(judge.operations)"),
            ("reports that got ok", "\(judge.reportsOK)"),
            ("reports lost, duplicated", "\(judge.reports)"),
            ("alerts expected one by one", "\(judge.alerts.expected)"),
            ("alerts seen in all", "\(judge.alerts.seen)"),
            ("alerts lost, duplicated", "\(judge.alerts.lost), \(judge.alerts.duplicated)"),
            ("violations", "\(judge.violations.count)"),
        ]
        self.rows = rows
    }

    var description: String {
        rows.map { row in
            let gap = String(repeating: " ", count: max(1, Self.nameWidth - row.name.count))
            return "  \(row.name)\(gap)\(row.value)"
        }.joined(separator: "\n")
    }
}
