/// What is wrong, as one word of a closed list; the raw value is the word on wire and disk.
package enum IncidentKind: String, Sendable, CaseIterable, Codable {
    // MARK: server
    case missingReport = "missing-report"
    case neverReported = "never-reported"
    case clockSkew = "clock-skew"
    case clockOffset = "clock-offset"
    case notWatched = "not-watched"
    case cpuHigh = "cpu-high"
    case iowaitHigh = "iowait-high"
    case memoryHigh = "memory-high"
    case outOfMemory = "out-of-memory"
    case filesystemFull = "filesystem-full"
    case filesystemFilling = "filesystem-filling"
    case filesystemReadonly = "filesystem-readonly"
    case packetDrops = "packet-drops"
    case networkErrors = "network-errors"
    case retransmits
    case linkDown = "link-down"
    case memoryErrorsCorrected = "memory-errors-corrected"
    case memoryErrorsUncorrected = "memory-errors-uncorrected"
    case temperature
    case powerSupply = "power-supply"
    case voltage
    case throttling
    case deviation
    // MARK: rack
    case rackUnreachable = "rack-unreachable"
    case rackNetworkDegraded = "rack-network-degraded"
    case rackPowerDegraded = "rack-power-degraded"
    case rackCooling = "rack-cooling"
    case rackCommonCause = "rack-common-cause"
    // MARK: data center
    case observationLost = "observation-lost"
    case sharedOutage = "shared-outage"
    case sharedDegradation = "shared-degradation"
    case collectorFault = "collector-fault"
    case unknownCommonCause = "unknown-common-cause"

    /// True for what a rack can explain: these wait `foldHold` before their first alert record.
    package var isFoldable: Bool {
        switch self {
        case .missingReport, .packetDrops, .networkErrors, .retransmits, .linkDown, .temperature,
            .powerSupply, .voltage, .throttling, .rackUnreachable, .rackNetworkDegraded,
            .rackPowerDegraded, .rackCooling, .rackCommonCause:
            true
        case .neverReported, .clockSkew, .clockOffset, .notWatched, .cpuHigh, .iowaitHigh,
            .memoryHigh, .outOfMemory, .filesystemFull, .filesystemFilling, .filesystemReadonly,
            .memoryErrorsCorrected, .memoryErrorsUncorrected, .deviation, .observationLost,
            .sharedOutage, .sharedDegradation, .collectorFault, .unknownCommonCause:
            false
        }
    }
}
