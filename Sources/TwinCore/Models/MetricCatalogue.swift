/// The metrics we know by name, with unit and plausible range.
///
/// Names follow the OpenTelemetry semantic conventions. Any other metric is accepted by name and
/// judged by its baseline alone.
package struct MetricDefinition: Sendable, Equatable {
    package let name: String
    package let unit: MetricUnit
    /// Values outside are dropped and counted `implausible`; the rest of the report is judged.
    package let plausible: ClosedRange<Float>

    /// The definition for `name`, or a free metric of any finite value.
    package static func named(_ name: String) -> MetricDefinition {
        MetricCatalogue.definition(of: name)
            ?? MetricDefinition(name: name, unit: .none, plausible: MetricCatalogue.anyFinite)
    }
}

/// The unit of a metric, for tables and JSON.
package enum MetricUnit: String, Sendable, Codable {
    case ratio, perSecond = "1/s", count, seconds = "s", celsius = "°C", rpm, watts = "W"
    case volts = "V", flag, none = ""
}

/// Look-up of the known metrics; the order of `all` is stable but not part of any format.
package enum MetricCatalogue {
    package static let anyFinite: ClosedRange<Float> =
        -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude

    package static let all: [MetricDefinition] =
        ratios + rates + pressures + hardware + flags + others

    /// The definition of a known metric, nil for a free one. One dictionary look-up.
    package static func definition(of name: String) -> MetricDefinition? {
        byName[name]
    }

    private static let byName: [String: MetricDefinition] = Dictionary(
        uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let ratioRange: ClosedRange<Float> = 0...1.5

    private static let ratios: [MetricDefinition] = [
        "system.cpu.utilization", "system.cpu.iowait", "system.cpu.steal",
        "system.cpu.frequency.ratio", "system.memory.utilization", "system.disk.utilization",
        "system.filesystem.utilization", "system.network.dropped", "system.network.errors",
        "system.tcp.retransmit_ratio",
    ].map { MetricDefinition(name: $0, unit: .ratio, plausible: ratioRange) }

    private static let pressures: [MetricDefinition] = [
        "system.pressure.cpu", "system.pressure.memory", "system.pressure.io",
    ].map { MetricDefinition(name: $0, unit: .ratio, plausible: ratioRange) }

    private static let rates: [MetricDefinition] = [
        "system.cpu.throttles", "system.memory.oom_kills", "hw.memory.errors.corrected",
    ].map { MetricDefinition(name: $0, unit: .perSecond, plausible: 0...1e9) }

    private static let flags: [MetricDefinition] = [
        "system.filesystem.readonly", "system.network.link_up", "hw.power_supply.ok",
    ].map { MetricDefinition(name: $0, unit: .flag, plausible: 0...1) }

    private static let hardware: [MetricDefinition] = [
        MetricDefinition(name: "hw.temperature", unit: .celsius, plausible: -100...250),
        MetricDefinition(name: "hw.temperature.margin", unit: .celsius, plausible: -200...250),
        MetricDefinition(name: "hw.fan.speed", unit: .rpm, plausible: 0...100_000),
        MetricDefinition(name: "hw.power", unit: .watts, plausible: 0...100_000),
        MetricDefinition(name: "hw.voltage", unit: .volts, plausible: -1_000...1_000),
        MetricDefinition(name: "hw.memory.errors.uncorrected", unit: .count, plausible: 0...1e9),
    ]

    private static let others: [MetricDefinition] = [
        MetricDefinition(name: "system.cpu.load_1m", unit: .none, plausible: 0...100_000),
        MetricDefinition(name: "system.disk.latency", unit: .seconds, plausible: 0...3_600),
        MetricDefinition(name: "system.uptime", unit: .seconds, plausible: 0...4e9),
        MetricDefinition(name: "system.clock.offset", unit: .seconds, plausible: -1e9...1e9),
    ]
}
