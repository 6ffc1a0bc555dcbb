import TwinCore

/// What a scaling run prints.
struct ScaleTable: CustomStringConvertible {
    let settings: ScaleSettings
    let record: SteadyRecord
    let outcomes: [ScaleOutcome]
    let failed: Int
    let judge: ScaleJudge
    /// How long the messages of each moved shard waited at the broker.
    let held: Spread
    let givenUp: Int

    private static let nameWidth = 30

    var description: String {
        var rows: [(name: String, value: String)] = [
            (
                "fleet",
                "\(settings.servers) servers in \(settings.racks) racks, a report every "
                    + "\(Int(settings.interval.seconds)) s; \(settings.shards) shards a tier"
            ),
            ("reports sent", "\(record.sent)"), ("got ok", "\(record.ok)"),
        ]
        for (code, count) in record.refused.sorted(by: { $0.key < $1.key }) {
            rows.append(("refused and repeated: \(code)", "\(count)"))
        }
        rows += [
            ("no answer, and repeated", "\(record.unanswered)"),
            ("there already when repeated", "\(record.duplicates)"),
        ]
        for (number, outcome) in outcomes.enumerated() {
            rows += [
                (
                    outcome.step.name,
                    "\(outcome.moves) shards moved in \(outcome.seconds) s; kill -9: "
                        + outcome.killed
                ),
                ("  longest pause, moved", "\(pauses(of: outcome.moved, number))"),
                ("  longest pause, not moved", "\(pauses(of: outcome.others, number))"),
            ]
        }
        rows += [
            ("moves done, given up", "\(outcomes.reduce(0) { $0 + $1.moves }), \(givenUp)"),
            ("held at the broker, a move", "\(held)"),
            ("longest pause, nothing moves", "\(record.spread(of: .server, in: 0))"),
            ("longest pause, \(shards(.server))", "\(record.spread(of: .server))"),
            ("longest pause, \(shards(.rack))", "\(record.spread(of: .rack))"),
            ("servers that failed", "\(failed)"),
            ("pages expected", "\(judge.alertsExpected)"),
            ("records seen, of verdicts", "\(judge.alertsSeen), \(judge.verdicts)"),
            ("pages lost, alerts wrong", "\(judge.lostAlerts), \(judge.wrongAlerts)"),
            ("reports lost, doubled", "\(judge.lostReports), \(judge.doubledReports)"),
            ("violations", "\(judge.violations.count)"),
        ]
        return rows.map { row in
            let gap = String(repeating: " ", count: max(1, Self.nameWidth - row.name.count))
            return "  \(row.name)\(gap)\(row.value)"
        }.joined(separator: "\n")
    }

    private func pauses(of shards: Set<ShardID>, _ number: Int) -> String {
        let spread = record.spread(of: shards, in: number + 1)
        return spread.count == 0 ? "no such shard" : "\(spread), \(spread.count) shards"
    }

    private func shards(_ tier: Tier) -> String {
        "\(record.spread(of: tier).count) \(tier) shards"
    }
}
