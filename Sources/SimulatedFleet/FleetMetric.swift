/// The metrics of every simulated report, in the order of its values.
package enum FleetMetric: Int, CaseIterable, Sendable {
    case cpuUtilization, cpuIowait, frequencyRatio, throttles
    case memoryUtilization, errorsCorrected, errorsUncorrected
    case filesystemUtilization, diskUtilization, diskLatency
    case networkDropped, networkErrors, linkUp, retransmitRatio
    case temperature, temperatureMargin, fanSpeed, power, voltage, powerSupplyOK
    case uptime

    /// The name on the wire.
    package var name: String {
        switch self {
        case .cpuUtilization: "system.cpu.utilization"
        case .cpuIowait: "system.cpu.iowait"
        case .frequencyRatio: "system.cpu.frequency.ratio"
        case .throttles: "system.cpu.throttles"
        case .memoryUtilization: "system.memory.utilization"
        case .errorsCorrected: "hw.memory.errors.corrected"
        case .errorsUncorrected: "hw.memory.errors.uncorrected"
        case .filesystemUtilization: "system.filesystem.utilization"
        case .diskUtilization: "system.disk.utilization"
        case .diskLatency: "system.disk.latency"
        case .networkDropped: "system.network.dropped"
        case .networkErrors: "system.network.errors"
        case .linkUp: "system.network.link_up"
        case .retransmitRatio: "system.tcp.retransmit_ratio"
        case .temperature: "hw.temperature"
        case .temperatureMargin: "hw.temperature.margin"
        case .fanSpeed: "hw.fan.speed"
        case .power: "hw.power"
        case .voltage: "hw.voltage"
        case .powerSupplyOK: "hw.power_supply.ok"
        case .uptime: "system.uptime"
        }
    }

    /// The names of all metrics in the order of a report's values.
    package static let names = allCases.map(\.name)
}
