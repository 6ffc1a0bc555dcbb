/// The default limits as data: domain.md "Default limits", row by row.
///
/// CPU, memory and iowait are warnings at both levels: a batch fleet lives at 95 % and never
/// pages by itself. What the table of domain.md leaves open is chosen here: packet drops and
/// errors are errors (traffic suffers now), retransmits a warning (the fault may be the other
/// end's), a kill for lack of memory a warning, throttling from one event a second on a warning,
/// voltage a warning below 92 % of what it was before the sag (rails differ, so no volts).
package enum HealthRules {
    /// Every rule; the index is the rule's number in a twin's row.
    package static let all: [HealthRule] = load + storage + network + hardware + clocks

    /// The rules that look at `metric`, by number.
    package static func numbers(of metric: String) -> [Int] {
        all.indices.filter { all[$0].metric == metric }
    }

    /// How long an incident of this kind may outlive its trouble, because its rule looks at a
    /// mean; zero for all others.
    package static func memory(of kind: IncidentKind) -> Milliseconds {
        all.filter { $0.kind == kind }.reduce(.zero) { longest, rule in
            switch rule.measure {
            case .mean(let span): max(longest, span)
            case .latest, .magnitude, .rise, .secondsToFull, .shareOfUsual: longest
            }
        }
    }

    /// A fill level below this says nothing about when a file system will be full.
    package static let fillPredictedFrom = 0.5
    /// A window must rise by this share of the capacity before its slope means anything.
    package static let fillRiseMin = 0.005
    /// A voltage that never returns is the new usual one after this time.
    package static let usualFollowsAfter = Milliseconds.hours(24)

    private typealias Level = HealthRule.Level

    private static func levels(
        _ first: Severity, _ enter: Double, leaves leave: Double
    ) -> [HealthRule.Level] {
        [Level(severity: first, enter: enter, leave: leave)]
    }

    private static let load: [HealthRule] = [
        HealthRule(
            .cpuHigh, of: "system.cpu.utilization", called: "CPU",
            measure: .mean(over: .minutes(10)), .over,
            levels: levels(.warning, 0.85, leaves: 0.75) + levels(.warning, 0.95, leaves: 0.85),
            reports: 3),
        HealthRule(
            .iowaitHigh, of: "system.cpu.iowait", called: "I/O wait", .over,
            levels: levels(.warning, 0.40, leaves: 0.20), reports: 3, duration: .minutes(5)),
        HealthRule(
            .memoryHigh, of: "system.memory.utilization", called: "Memory", .over,
            levels: levels(.warning, 0.90, leaves: 0.80) + levels(.warning, 0.98, leaves: 0.90),
            reports: 3, duration: .minutes(2)),
        HealthRule(
            .outOfMemory, of: "system.memory.oom_kills", called: "Kills for lack of memory", .over,
            levels: levels(.warning, 0, leaves: 0), reports: 1, clearDelay: .minutes(10)),
        HealthRule(
            .throttling, of: "system.cpu.throttles", called: "CPU throttling", .over,
            levels: levels(.warning, 1, leaves: 0.2), reports: 3, duration: .minutes(1)),
    ]

    private static let storage: [HealthRule] = [
        HealthRule(
            .filesystemFull, of: "system.filesystem.utilization", called: "File system", .over,
            levels: levels(.warning, 0.90, leaves: 0.80) + levels(.critical, 0.98, leaves: 0.90)),
        HealthRule(
            .filesystemFilling, of: "system.filesystem.utilization", called: "File system full in",
            measure: .secondsToFull, .under,
            levels: levels(.warning, 8 * 3_600, leaves: 12 * 3_600)
                + levels(.critical, 2 * 3_600, leaves: 4 * 3_600),
            reports: 5, duration: .minutes(10), clearDelay: .minutes(10)),
        HealthRule(
            .filesystemReadonly, of: "system.filesystem.readonly", called: "Read-only file system",
            .over, levels: levels(.critical, 0.5, leaves: 0.5)),
    ]

    private static let network: [HealthRule] = [
        HealthRule(
            .packetDrops, of: "system.network.dropped", called: "Packet drops",
            measure: .mean(over: .minutes(10)), .atLeast,
            levels: levels(.error, 0.02, leaves: 0.01)),
        HealthRule(
            .networkErrors, of: "system.network.errors", called: "Packet errors",
            measure: .mean(over: .minutes(2)), .over, levels: levels(.error, 0.01, leaves: 0.005)),
        HealthRule(
            .retransmits, of: "system.tcp.retransmit_ratio", called: "TCP retransmits",
            measure: .mean(over: .minutes(2)), .over, levels: levels(.warning, 0.05, leaves: 0.02)),
        HealthRule(
            .linkDown, of: "system.network.link_up", called: "Network link down", .under,
            levels: levels(.critical, 0.5, leaves: 0.5)),
    ]

    private static let hardware: [HealthRule] = [
        HealthRule(
            .memoryErrorsCorrected, of: "hw.memory.errors.corrected",
            called: "Corrected memory errors up by", measure: .rise(over: .minutes(5)), .over,
            levels: levels(.warning, 0.05, leaves: 0.01), clearDelay: .minutes(10)),
        HealthRule(
            .memoryErrorsUncorrected, of: "hw.memory.errors.uncorrected",
            called: "Uncorrected memory errors", .over, levels: levels(.critical, 0, leaves: 0),
            reports: 1, clearDelay: .minutes(10)),
        HealthRule(
            .temperature, of: "hw.temperature.margin", called: "Temperature margin", .under,
            levels: levels(.warning, 10, leaves: 12) + levels(.critical, 5, leaves: 8)),
        HealthRule(
            .powerSupply, of: "hw.power_supply.ok", called: "Power supply off", .under,
            levels: levels(.critical, 0.5, leaves: 0.5)),
        HealthRule(
            .voltage, of: "hw.voltage", called: "Voltage against usual", measure: .shareOfUsual,
            .under, levels: levels(.warning, 0.92, leaves: 0.96)),
    ]

    private static let clocks: [HealthRule] = [
        HealthRule(
            .clockOffset, of: "system.clock.offset", called: "Clock offset", measure: .magnitude,
            .over, levels: levels(.warning, 0.050, leaves: 0.025), reports: 3,
            duration: .minutes(1))
    ]
}
