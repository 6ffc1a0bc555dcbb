package import TwinCore

/// What a host says at one time: the values of one report.
package struct HostSample: Sendable {
    package var at: Timestamp
    /// In the order of `HostMetric`. A name that appeared once stays, so that the set changes only
    /// when hardware is added.
    package var names: [String]
    /// One value a name, NaN = absent.
    package var values: [Float]
    /// The worst device of some metrics, ascending by metric.
    package var devices: [WorstDevice]
    package var rebooted: Bool

    package init(
        at: Timestamp, names: [String], values: [Float], devices: [WorstDevice], rebooted: Bool
    ) {
        self.at = at
        self.names = names
        self.values = values
        self.devices = devices
        self.rebooted = rebooted
    }

    /// The value of `metric`, nil if it is absent.
    package func value(of metric: HostMetric) -> Float? {
        guard let index = names.firstIndex(of: metric.rawValue) else { return nil }
        return values[index].isNaN ? nil : values[index]
    }

    /// The worst device of `metric`, nil if none is named.
    package func device(of metric: HostMetric) -> String? {
        guard let index = names.firstIndex(of: metric.rawValue) else { return nil }
        return devices.first { Int($0.metricIndex) == index }?.name
    }
}
