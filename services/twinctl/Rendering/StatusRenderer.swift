import TwinCore
package import TwinWire

/// `twinctl status`: the verdict first, then data centers, processes and what to do next.
package enum StatusRenderer {
    package static func text(_ document: StatusDocument, _ context: RenderContext) -> String {
        var blocks = [headline(document, context)]
        if !document.datacenters.isEmpty {
            blocks.append(datacenters(document.datacenters).lines(context.palette))
        }
        blocks.append(processes(document.processes).lines(context.palette))
        let moves = document.moves ?? []
        if !moves.isEmpty { blocks.append(lines(of: moves)) }
        let steps = nextSteps(document, context)
        if !steps.isEmpty { blocks.append(steps.lines) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static func headline(
        _ document: StatusDocument, _ context: RenderContext
    ) -> [String] {
        let cluster = document.cluster
        let age = HumanNumbers.span(.seconds(Int64(max(0, cluster.upSeconds))))
        let right = "cluster \(cluster.id), up \(age)"
        guard !document.datacenters.isEmpty else {
            let reason = document.datacenterAbsence ?? "nothing is commissioned yet"
            return [context.line("NO DATA CENTER  \(reason)", right)]
        }
        return document.datacenters.enumerated().map { index, dc in
            let word = dc.verdict.rawValue.uppercased()
            var sentence = "\(dc.key): \(racks(dc.counts, dc.verdict))"
            if let since = dc.since { sentence += ", since \(context.time.clockAndAge(since))" }
            let plain = "\(word)  \(sentence)"
            let line = index == 0 ? context.line(plain, right) : plain
            return context.palette.paint(word, Phrases.role(ofStatus: dc.verdict.rawValue))
                + line.dropFirst(word.count)
        }
    }

    private static func racks(_ counts: CountsDocument, _ verdict: Verdict) -> String {
        let all = HumanNumbers.counted(counts.racks, "rack")
        return switch verdict {
        case .healthy: all
        case .unhealthy where counts.unhealthy == 0: "an incident of its own, 0 of \(all) unhealthy"
        case .unhealthy: "\(counts.unhealthy) of \(all)"
        case .unknown: "\(counts.unknown) of \(all) unknown"
        }
    }

    private static func datacenters(_ datacenters: [StatusDocument.Datacenter]) -> Table {
        var table = Table([
            .init("DC"), .init("VERDICT"), .init("RACKS", .right), .init("UNHEALTHY", .right),
            .init("UNKNOWN", .right), .init("SERVERS", .right), .init("MISSING", .right),
            .init("MAINTENANCE", .right),
        ])
        for dc in datacenters {
            let counts = dc.counts
            table.add([
                Table.Cell(dc.key),
                Table.Cell(dc.verdict.rawValue, Phrases.role(ofStatus: dc.verdict.rawValue)),
                "\(counts.racks)", "\(counts.unhealthy)", "\(counts.unknown)",
                "\(counts.servers)", "\(counts.missing)", "\(counts.maintenance)",
            ])
        }
        return table
    }

    private static func processes(_ processes: [StatusDocument.Process]) -> Table {
        var table = Table([
            .init("PROCESS"), .init("TIER"), .init("STATE"), .init("SHARDS", .right),
            .init("TWINS", .right), .init("IN/S", .right), .init("COMMIT P99", .right),
            .init("OWED", .right), .init("LAG", .right), .init("DISK FREE", .right),
            .init("VERSION"),
        ])
        for process in processes {
            table.add([
                Table.Cell(process.name), .value(process.tier?.name),
                state(of: process),
                .value(process.shards.map(String.init)), .value(process.twins.map(String.init)),
                .value(process.inputsPerSecond.map(HumanNumbers.rate)),
                .value(process.commitSecondsP99.map(HumanNumbers.seconds)),
                .value(process.statusesOwed.map(String.init)),
                .value(process.lagSeconds.map(HumanNumbers.lag)),
                .value(process.diskFreeBytes.map(HumanNumbers.bytes)),
                Table.Cell(process.version),
            ])
        }
        return table
    }

    /// The state word; of an instance that is to be taken away, how far that is.
    private static func state(of process: StatusDocument.Process) -> Table.Cell {
        let word = process.state.rawValue
        guard process.isWell else { return Table.Cell(word, Phrases.role(ofStatus: word)) }
        guard process.draining == true else {
            return Table.Cell(word, process.state == .ok ? nil : .faint)
        }
        return process.shards == 0 ? Table.Cell("drained", .faint) : "draining"
    }

    private static func lines(of moves: [StatusDocument.Move]) -> [String] {
        var lines = moves.prefix(movesNamed).map {
            "\($0.shard) is moving from \($0.from) to \($0.to) (\($0.phase))"
        }
        if moves.count > movesNamed {
            lines.append("and \(moves.count - movesNamed) more shards are moving")
        }
        return lines
    }

    /// Moves told one by one before the rest is only counted.
    private static let movesNamed = 8

    private static func nextSteps(
        _ document: StatusDocument, _ context: RenderContext
    ) -> NextSteps {
        var steps = NextSteps()
        for dc in document.datacenters {
            if dc.counts.unhealthy > 0 {
                let racks = HumanNumbers.counted(dc.counts.unhealthy, "rack")
                steps.add("\(racks) unhealthy", "unhealthy-racks \(dc.key)")
            } else if dc.verdict != .healthy {
                steps.add("\(dc.key) is \(dc.verdict.rawValue)", "get dc \(dc.key)")
            }
        }
        for stale in document.datacenters.compactMap(\.staleness) {
            steps.add("\(stale.address) is \(StalenessLines.sentence(stale, context))")
        }
        for process in document.processes where !process.isWell {
            steps.add(
                "\(process.name) is \(process.state.rawValue) since "
                    + context.time.clockAndAge(process.since))
        }
        for (code, count) in document.refused.sorted(by: { $0.key < $1.key }) where count > 0 {
            if code == Refusal.Code.unknownAddress.rawValue {
                let reports = HumanNumbers.counted(Int(clamping: count), "report")
                steps.add("\(reports) refused: \(code)", "list unknown")
            } else {
                let requests = HumanNumbers.counted(Int(clamping: count), "request")
                steps.add("\(requests) refused: \(code)")
            }
        }
        if document.quarantined > 0 {
            let messages = HumanNumbers.counted(document.quarantined, "message")
            steps.add("\(messages) quarantined", "quarantine list")
        }
        for warning in document.warnings { steps.add(warning) }
        return steps
    }
}
