internal import TwinCore

/// How often one kind of fault strikes one of its targets, and for how long.
struct FaultRate {
    /// What the rate counts.
    enum Unit {
        case server, rack, row, zone
    }

    let kind: FaultKind
    let unit: Unit
    let perYear: Double
    let durations: DurationQuantiles

    /// The rates of the domain notes, from published studies.
    static let table: [FaultRate] = [
        FaultRate(kind: .server, unit: .server, perYear: 0.08, durations: repair),
        FaultRate(kind: .reboot, unit: .server, perYear: 1.0, durations: restart),
        FaultRate(kind: .disk, unit: .server, perYear: 0.03, durations: days),
        FaultRate(kind: .dimm, unit: .server, perYear: 0.1, durations: hours),
        FaultRate(kind: .nic, unit: .server, perYear: 0.02, durations: hours),
        FaultRate(kind: .fan, unit: .server, perYear: 0.02, durations: days),
        FaultRate(kind: .agent, unit: .server, perYear: 0.3, durations: restart),
        FaultRate(kind: .tor, unit: .rack, perYear: 0.06, durations: switchRepair),
        FaultRate(kind: .torDegraded, unit: .rack, perYear: 0.03, durations: hours),
        FaultRate(kind: .feed, unit: .rack, perYear: 0.02, durations: hours),
        FaultRate(kind: .rowPower, unit: .row, perYear: 0.1, durations: hours),
        FaultRate(kind: .cooling, unit: .zone, perYear: 0.05, durations: hours),
    ]

    private static func quantiles(_ points: [(Double, Milliseconds)]) -> DurationQuantiles {
        DurationQuantiles(points: points.map { (share: $0.0, length: $0.1) })
    }

    /// Median 4 minutes, 95 % below 10.
    private static let restart = quantiles([
        (0, .seconds(60)), (0.5, .minutes(4)), (0.95, .minutes(10)), (1, .minutes(25)),
    ])
    /// Log-normal with a median of one hour.
    private static let switchRepair = quantiles([
        (0, .minutes(8)), (0.16, .minutes(24)), (0.5, .minutes(60)), (0.84, .minutes(150)),
        (0.975, .minutes(360)), (1, .hours(12)),
    ])
    private static let hours = quantiles([
        (0, .minutes(30)), (0.5, .hours(2)), (0.95, .hours(8)), (1, .hours(12)),
    ])
    private static let repair = quantiles([
        (0, .hours(2)), (0.5, .hours(12)), (1, .hours(48)),
    ])
    private static let days = quantiles([
        (0, .hours(12)), (0.5, .hours(48)), (1, .hours(120)),
    ])
}
