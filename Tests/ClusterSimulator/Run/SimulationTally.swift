/// What many runs came to.
package struct SimulationTally: Sendable {
    package var seeds = 0
    package var virtualSeconds: Int64 = 0
    package var counts = SimulationCounts()

    package init() {}

    package mutating func add(_ outcome: Simulation.Outcome) {
        seeds += 1
        virtualSeconds += outcome.plan.seconds
        counts.add(outcome.counts)
    }

    package mutating func add(_ other: SimulationTally) {
        seeds += other.seeds
        virtualSeconds += other.virtualSeconds
        counts.add(other.counts)
    }

    // MARK: one line, for a process that runs another

    /// `seeds=12 virtual=7200 ok=… fault.pause=3 …`
    package var line: String {
        var parts = ["seeds=\(seeds)", "virtual=\(virtualSeconds)"]
        for (name, path) in Self.numbers { parts.append("\(name)=\(counts[keyPath: path])") }
        for kind in FaultKind.allCases {
            if let count = counts.faults[kind] { parts.append("fault.\(kind.rawValue)=\(count)") }
        }
        return parts.joined(separator: " ")
    }

    /// Reads what `line` writes; nil when a part is none of it.
    package init?(line: String) {
        for part in line.split(separator: " ") {
            let sides = part.split(separator: "=")
            guard sides.count == 2, let number = Int(sides[1]) else { return nil }
            let name = String(sides[0])
            switch name {
            case "seeds": seeds = number
            case "virtual": virtualSeconds = Int64(number)
            default:
                if let path = Self.numbers.first(where: { $0.0 == name })?.1 {
                    counts[keyPath: path] = number
                } else if let kind = FaultKind(rawValue: String(name.dropFirst("fault.".count))) {
                    counts.faults[kind] = number
                } else {
                    return nil
                }
            }
        }
    }

    private static var numbers: [(String, WritableKeyPath<SimulationCounts, Int>)] {
        [
            ("operations", \.operations), ("ok", \.ok), ("refused", \.refused),
            ("unknown", \.unknown), ("reports", \.reports),
            ("reports-settled", \.reportsSettled), ("alerts", \.alerts),
            ("messages", \.messages), ("messages-lost", \.messagesLost),
            ("messages-repeated", \.messagesRepeated), ("restarts", \.restarts),
            ("shards-joined", \.shardsJoined), ("flips-found", \.flipsFound),
            ("held-most", \.heldMost), ("queued-most", \.queuedMost),
            ("flips-harmless", \.flipsHarmless),
        ]
    }

    /// Several lines for people.
    package func text(wallSeconds: Double) -> String {
        let rate = (Double(seeds) / max(wallSeconds, 0.001) * 10).rounded() / 10
        let hours = (Double(virtualSeconds) / 360).rounded() / 10
        let faults = counts.faults.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
        return """
            simulator: \(seeds) seeds, \(rate) seeds/s, \(hours) simulated hours
            simulator: \(counts.operations) operations (\(counts.ok) ok, \(counts.refused) \
            refused, \(counts.unknown) unknown), \(counts.reports) reports, \(counts.alerts) alerts
            simulator: \(counts.faultCount) faults: \(faults)
            simulator: \(counts.faults[.join] ?? 0) instances joined and serve \
            \(counts.shardsJoined) shards at the end
            simulator: \(counts.restarts) starts, \(counts.messages) messages, \
            \(counts.messagesLost) lost, \(counts.messagesRepeated) repeated; at most \
            \(counts.heldMost) held for a shard, \(counts.queuedMost) on a connection
            """
    }
}
