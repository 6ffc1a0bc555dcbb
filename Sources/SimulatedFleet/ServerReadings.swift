internal import TwinCore

/// What the sensors and counters of one server show at one moment, before faults change it.
///
/// Units are those of the metric catalogue: ratios 0…1, °C, rpm, watts, volts, seconds.
struct ServerReadings {
    var cpuUtilization: Double
    var cpuIowait: Double
    var frequencyRatio: Double
    var throttles = 0.0
    var memoryUtilization: Double
    var errorsCorrected = 0.0
    var errorsUncorrected = 0.0
    var filesystemUtilization: Double
    var diskUtilization: Double
    var diskLatency: Double
    var networkDropped: Double
    var networkErrors = 0.0
    var isLinkUp = true
    var retransmitRatio: Double
    var temperature: Double
    var fanSpeed: Double
    var power: Double
    var voltage: Double
    var isPowerSupplyOK = true
    var uptime = 0.0

    /// The readings of a healthy server at utilisation `load`. `individual` is the server's fixed
    /// difference from its neighbours (0…1), `wander` its slow movement (−1…1).
    init(
        load: Double, individual: Double, wander: Double, dayShare: Double,
        noise: inout SplitMix64
    ) {
        cpuUtilization = min(max(load + 0.02 * noise.normal(), 0.005), 1)
        cpuIowait = 0.01 + 0.01 * noise.uniform()
        frequencyRatio = min(0.97 + 0.01 * noise.normal(), 1)
        memoryUtilization = 0.45 + 0.25 * individual + 0.02 * wander
        filesystemUtilization = 0.30 + 0.40 * individual + 0.02 * dayShare
        diskUtilization = 0.03 + 0.25 * load * (0.8 + 0.4 * noise.uniform())
        diskLatency = 0.002 + 0.001 * noise.uniform()
        networkDropped = 0.000_01 * (1 + noise.uniform())
        retransmitRatio = 0.006 + 0.004 * noise.uniform()
        temperature = 40 + 4 * individual + 22 * load + 0.3 * noise.normal()
        fanSpeed = ServerReadings.fanSpeedIdle + 5_000 * load + 60 * noise.normal()
        power = 150 + 350 * load + 3 * noise.normal()
        voltage = ServerReadings.supplyVoltage + 0.6 * noise.normal()
    }

    /// Degrees left below the temperature at which the processor protects itself.
    var temperatureMargin: Double { ServerReadings.criticalTemperature - temperature }

    /// Disks check themselves after a boot.
    mutating func recoverFileSystems() {
        diskUtilization = 0.9
        cpuIowait += 0.2
    }

    /// One value a case of `FleetMetric`, in its order.
    var values: [Float] {
        FleetMetric.allCases.map { Float(self[$0]) }
    }

    private subscript(metric: FleetMetric) -> Double {
        switch metric {
        case .cpuUtilization: cpuUtilization
        case .cpuIowait: cpuIowait
        case .frequencyRatio: frequencyRatio
        case .throttles: throttles
        case .memoryUtilization: memoryUtilization
        case .errorsCorrected: errorsCorrected
        case .errorsUncorrected: errorsUncorrected
        case .filesystemUtilization: filesystemUtilization
        case .diskUtilization: diskUtilization
        case .diskLatency: diskLatency
        case .networkDropped: networkDropped
        case .networkErrors: networkErrors
        case .linkUp: isLinkUp ? 1 : 0
        case .retransmitRatio: retransmitRatio
        case .temperature: temperature
        case .temperatureMargin: temperatureMargin
        case .fanSpeed: fanSpeed
        case .power: power
        case .voltage: voltage
        case .powerSupplyOK: isPowerSupplyOK ? 1 : 0
        case .uptime: uptime
        }
    }

    static let criticalTemperature = 95.0
    static let fanSpeedIdle = 4_000.0
    static let fanSpeedMax = 16_000.0
    /// The input of the power supply.
    static let supplyVoltage = 230.0
}
