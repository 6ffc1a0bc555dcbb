/// The numbers of a chaos run, for people.
struct ChaosTable: CustomStringConvertible {
    private let rows: [(name: String, value: String)]

    private static let nameWidth = 34

    init(
        _ settings: ChaosSettings, _ history: History, _ faults: FaultInjector.Tally,
        _ scaling: ScaleOperator.Tally, moves: (done: Int, givenUp: Int),
        killed: (operations: Int, readers: Int), _ alerts: AlertChecker, violations: Int
    ) {
        let operations = history.operations
        var refused: [String: Int] = [:]
        var ok = 0
        var unknown = 0
        for operation in operations {
            switch operation.end {
            case .ok: ok += 1
            case .refused(let code): refused[code, default: 0] += 1
            case .unknown: unknown += 1
            }
        }
        var rows: [(name: String, value: String)] = [
            ("seed", "\(settings.seed)"), ("operations", "\(operations.count)"), ("ok", "\(ok)"),
        ]
        for (code, count) in refused.sorted(by: { $0.key < $1.key }) {
            rows.append(("refused: \(code)", "\(count)"))
        }
        rows.append(("no answer, or killed", "\(unknown)"))
        for (name, count) in faults.done.sorted(by: { $0.key < $1.key }) {
            rows.append(("fault: \(name)", "\(count)"))
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
            ("alerts expected one by one", "\(alerts.expected)"),
            ("alerts seen in all", "\(alerts.seen)"), ("lost", "\(alerts.lost)"),
            ("duplicated", "\(alerts.duplicated)"), ("violations", "\(violations)"),
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
