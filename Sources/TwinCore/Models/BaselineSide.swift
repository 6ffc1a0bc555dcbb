/// On which side of its expected range a metric is judged by its baseline.
enum BaselineSide: Sendable {
    case none, above, below, both

    /// Flags, the uptime and counts that have a limit of zero are judged by their rules alone; a
    /// metric with a limit only toward that limit; other known loads only upward; the rest, free
    /// metrics among them, both ways.
    init(of definition: MetricDefinition) {
        switch definition.name {
        case "system.uptime", "system.clock.offset", "system.memory.oom_kills",
            "hw.memory.errors.corrected", "hw.memory.errors.uncorrected":
            self = .none
        case "system.cpu.frequency.ratio", "hw.voltage": self = .below
        case "system.cpu.load_1m": self = .above
        default:
            if definition.unit == .flag {
                self = .none
            } else if let rule = HealthRules.numbers(of: definition.name).first {
                self = HealthRules.all[rule].side == .under ? .below : .above
            } else {
                self = definition.unit == .ratio || definition.unit == .seconds ? .above : .both
            }
        }
    }
}
