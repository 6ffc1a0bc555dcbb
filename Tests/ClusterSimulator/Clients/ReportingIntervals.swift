import SimulatedFleet

/// How often the servers of a run report, by the reporter that brings them.
///
/// The mix: in one of eight seeds, and in every run of less than 400 s, all report every 10 s, our
/// default and the densest there is. In all other seeds three relays bring their servers every
/// 10 s, every 20 s, and every 30 s or 60 s, in an order that the seed draws, and the agents one of
/// these: as where hosts, switches and management boards are asked at rates of their own. Every
/// rack has servers of each relay. In the mean a run has six tenths of the reports of the densest;
/// silences last, and what servers measure changes, in proportion to their own intervals.
struct ReportingIntervals {
    /// By number of the reporter, in milliseconds.
    let milliseconds: [Int64]

    /// The shortest, from which times of the faults are scaled.
    static let shortest: Int64 = 10_000
    /// One of so many whole runs has the shortest for all.
    private static let densestOf = 8

    init(_ plan: SimulationPlan, reporters: Int) {
        var random = RandomStream.intervals.random(seed: plan.seed)
        let isDense = random.index(below: Self.densestOf) == 0
        guard plan.isWhole, !isDense else {
            milliseconds = Array(repeating: Self.shortest, count: reporters)
            return
        }
        var relays: [Int64] = [10_000, 20_000, random.chance(0.5) ? 30_000 : 60_000]
        let agents = random.pick(relays) ?? Self.shortest
        for place in relays.indices.reversed() {
            relays.swapAt(place, random.index(below: place + 1))
        }
        milliseconds = (0..<reporters).map { number in
            number == 0 ? agents : relays[(number - 1) % relays.count]
        }
    }
}
