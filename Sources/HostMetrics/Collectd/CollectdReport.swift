/// Turns the values of one server at one time from collectd's names and units into ours.
///
/// collectd counts drops and bytes; our limits are for ratios. So three values are added where the
/// report has what they need: `system.network.dropped` and `.errors` (in and out, of the packets)
/// and `system.memory.utilization` (used of total).
package struct CollectdReport: Sendable {
    /// Our names and values in the order of the report, the added ones last.
    package private(set) var metrics: [(name: String, value: Double)] = []
    /// Names that nobody knows; their values are left out.
    package private(set) var unknown: [String] = []

    package init(_ values: [(name: String, value: Double)]) {
        for (name, value) in values {
            guard let mapping = CollectdNames.metric(for: name) else {
                unknown.append(name)
                continue
            }
            metrics.append((mapping.metric, mapping.converted(value)))
        }
        let packets = sum("system.network.packets.receive", "system.network.packets.transmit")
        for kind in ["system.network.dropped", "system.network.errors"] {
            add(kind, sum("\(kind).receive", "\(kind).transmit"), of: packets)
        }
        add(
            "system.memory.utilization", value("system.memory.usage.used"),
            of: value("system.memory.limit"))
    }

    private func value(_ name: String) -> Double? {
        metrics.first { $0.name == name }?.value
    }

    private func sum(_ first: String, _ second: String) -> Double? {
        guard let first = value(first), let second = value(second) else { return nil }
        return first + second
    }

    private mutating func add(_ name: String, _ part: Double?, of whole: Double?) {
        guard let part, let whole, whole > 0 else { return }
        metrics.append((name, min(part / whole, 1)))
    }
}
