import SimulatedFleet

/// All that decides a run: a seed, and how much of what it draws is left in. The same plan on the
/// same commit gives the same trace hash.
package struct SimulationPlan: Equatable, Sendable {
    package var seed: UInt64
    /// Virtual time, the calm end included.
    package var seconds: Int64
    package var servers: Int
    /// Faults begin so often; by the minute of virtual time.
    package var faultsPerMinute: Double
    /// Operations of each operator at most, beside the first commissions.
    package var operationsMax: Int
    /// Only these faults of the schedule, by their place in it; nil = all.
    package var faultsKept: [Int]?
    package var mutation: Mutation?
    /// Whether instances are restored from backups, in every third seed.
    package var hasRestores = false
    /// The process dies when a fault of this kind begins: to see that a death is made small too.
    package var diesOf: FaultKind?

    /// The cluster comes to rest in so much of the end: faults and operations are over.
    package static let calmMilliseconds: Int64 = 90_000
    /// In a whole run so long that every incident that is over has cleared.
    private static let wholeCalmMilliseconds: Int64 = 200_000
    private static let wholeSeconds: Int64 = 400

    /// - Parameters:
    ///   - seconds: a whole run has ten minutes; one of less than 400 s a shorter calm.
    ///   - servers: a whole run has 200.
    package init(seed: UInt64, seconds: Int64 = 600, servers: Int = 200) {
        self.seed = seed
        self.seconds = seconds
        self.servers = servers
        var random = RandomStream.shape.random(seed: seed)
        // From runs with almost nothing wrong to runs with hardly a moment of peace.
        faultsPerMinute = [2.0, 6, 12, 25][random.index(below: 4)]
        operationsMax = .max
    }

    /// How many faults its schedule has, kept or not.
    package var faultCount: Int { schedule.count }

    /// All faults that it draws.
    var schedule: [PlannedFault] {
        FaultSchedule.faults(
            seed: seed, until: calmAt, perMinute: faultsPerMinute, hasRestores: hasRestores)
    }

    var calmAt: Int64 {
        let calm = isWhole ? Self.wholeCalmMilliseconds : Self.calmMilliseconds
        return max(1_000, seconds * 1_000 - calm)
    }

    /// Long enough for everything that takes its time.
    var isWhole: Bool { seconds >= Self.wholeSeconds }

    /// The longest pause between two operations of one operator, in milliseconds.
    var operationPause: Int64 {
        guard isWhole else { return seed & 1 == 0 ? 3_000 : 8_000 }
        // From operators who hardly rest to some who look in now and then. Not by the remainders
        // that outages and moves go by: each goes with each.
        return [3_000, 8_000, 20_000][Int(seed / 6 % 3)]
    }

    var hasOddReports: Bool { seed & 2 == 0 }
}

extension SimulationPlan: CustomStringConvertible {
    /// What `TWIN_SIMULATE_PLAN` takes: `seconds=600,servers=200,operations=40,faults=3+7`.
    package var description: String {
        var parts = ["seconds=\(seconds)", "servers=\(servers)"]
        if operationsMax != .max { parts.append("operations=\(operationsMax)") }
        if faultsPerMinute != SimulationPlan(seed: seed).faultsPerMinute {
            parts.append("rate=\(faultsPerMinute)")
        }
        if let faultsKept {
            parts.append("faults=\(faultsKept.map(String.init).joined(separator: "+"))")
        }
        if hasRestores { parts.append("restores=1") }
        if let diesOf { parts.append("dies-of=\(diesOf.rawValue)") }
        if let mutation { parts.append("mutation=\(mutation.rawValue)") }
        return parts.joined(separator: ",")
    }

    /// Reads what `description` writes; nil when a part is none of it.
    package init?(seed: UInt64, _ text: String) {
        self.init(seed: seed)
        for part in text.split(separator: ",") {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            switch sides[0] {
            case "seconds":
                guard let number = Int64(sides[1]) else { return nil }
                seconds = number
            case "servers":
                guard let number = Int(sides[1]) else { return nil }
                servers = number
            case "rate":
                guard let number = Double(sides[1]) else { return nil }
                faultsPerMinute = number
            case "operations":
                guard let number = Int(sides[1]) else { return nil }
                operationsMax = number
            case "restores": hasRestores = sides[1] == "1"
            case "faults": faultsKept = sides[1].split(separator: "+").compactMap { Int($0) }
            case "dies-of":
                guard let kind = FaultKind(rawValue: String(sides[1])) else { return nil }
                diesOf = kind
            case "mutation":
                guard let wanted = Mutation(rawValue: String(sides[1])) else { return nil }
                mutation = wanted
            default: return nil
            }
        }
    }
}
