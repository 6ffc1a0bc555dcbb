import TwinCore
package import TwinWire

/// `twinctl get rack`: the verdict, what its servers have in common, and who is not well.
package enum RackRenderer {
    /// Members shown without `--all-members`: those that are not healthy.
    private static let membersShown = 20

    package static func text(
        _ document: RackDocument, allMembers: Bool = false, _ context: RenderContext
    ) -> String {
        var blocks = [[headline(document, context)] + facts(document, context)]
        if !document.incidents.isEmpty {
            blocks.append(IncidentTable.lines(document.incidents, .cause, context))
        }
        if !document.histogram.isEmpty {
            blocks.append(histogram(document.histogram).lines(context.palette))
        }
        if !document.digest.isEmpty {
            blocks.append(digest(document.digest).lines(context.palette))
        }
        blocks.append(members(document.members, all: allMembers, context))
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func headline(_ document: RackDocument, _ context: RenderContext) -> String {
        let word = context.palette.paint(
            document.verdict.rawValue.uppercased(),
            Phrases.role(ofStatus: document.verdict.rawValue))
        let since = context.time.clockAndAge(document.since)
        let reason = document.unknownReason.map { ": \($0)" } ?? ""
        return "\(document.address)   \(word) since \(since)\(reason)"
    }

    private static func facts(_ document: RackDocument, _ context: RenderContext) -> [String] {
        var facts = FactLines()
        let counts = document.counts
        facts.add(
            "servers", "\(counts.servers), \(counts.judged) of \(counts.expected) expected judged",
            "\(counts.missing) missing, \(counts.failing) failing, "
                + "\(counts.maintenance) in maintenance")
        facts.add(
            "where", Phrases.place(document.location) ?? "unknown", labels(document.labels))
        if let window = document.maintenance {
            facts.add(
                "muted",
                "maintenance of \(window.address) until "
                    + "\(context.time.clock(window.until)): \(window.reason) (\(window.owner))")
        }
        let owner = document.owner
        facts.add(
            "owner", "\(owner.instance), shard \(owner.shard), epoch \(owner.epoch)",
            "as of \(context.time.precise(document.asOf)), position \(document.position)")
        return facts.lines(context.palette)
    }

    /// `feed=A zone=cz1 model=r650:38,r750:2`: counts only where members differ.
    private static func labels(_ labels: [String: [String: Int]]) -> String {
        labels.sorted { $0.key < $1.key }.map { name, values in
            guard values.count > 1 else { return "\(name)=\(values.first?.key ?? "")" }
            let counted = values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            return "\(name)=\(counted.map { "\($0.key):\($0.value)" }.joined(separator: ","))"
        }.joined(separator: " ")
    }

    private static func histogram(_ histogram: [String: Int]) -> Table {
        var table = Table([.init("KIND"), .init("SERVERS", .right)])
        for (kind, servers) in histogram.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            table.add([Table.Cell(kind), "\(servers)"])
        }
        return table
    }

    private static func digest(_ digest: [String: RackDocument.Measure]) -> Table {
        var table = Table([
            .init("METRIC"), .init("MEDIAN", .right), .init("P90", .right), .init("MAX", .right),
            .init("ABOVE HALF LIMIT", .right),
        ])
        for (metric, measure) in digest.sorted(by: { $0.key < $1.key }) {
            let unit = MetricDefinition.named(metric).unit.rawValue
            table.add([
                Table.Cell(metric), Table.Cell(MetricText.measured(measure.median, unit)),
                Table.Cell(MetricText.measured(measure.p90, unit)),
                Table.Cell(MetricText.measured(measure.max, unit)),
                .value(measure.shareAboveHalfLimit.map(HumanNumbers.percent)),
            ])
        }
        return table
    }

    private static func members(
        _ members: [RackDocument.Member], all: Bool, _ context: RenderContext
    ) -> [String] {
        let unwell = members.filter { $0.status != ServerCondition.healthy.name }
        let shown = all ? members[...] : unwell.prefix(membersShown)
        var lines: [String] = []
        if !shown.isEmpty {
            var table = Table([
                .init("SERVER"), .init("STATUS"), .init("SINCE"), .init("INCIDENTS"),
            ])
            for member in shown {
                let incidents = member.incidents.joined(separator: ", ")
                table.add([
                    Table.Cell(member.key),
                    Table.Cell(member.status, Phrases.role(ofStatus: member.status)),
                    Table.Cell(context.time.clock(member.since)),
                    incidents.isEmpty ? .none : Table.Cell(incidents),
                ])
            }
            lines = table.lines(context.palette)
        }
        let healthy = members.count - unwell.count
        let hidden = members.count - shown.count
        if hidden > 0 {
            lines.append("(\(hidden) more, \(healthy) of \(members.count) healthy: --all-members)")
        }
        return lines.isEmpty ? ["no servers"] : lines
    }
}
