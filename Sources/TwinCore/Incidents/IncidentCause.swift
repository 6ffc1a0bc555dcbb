/// Why a shared incident happened, as one word of a closed list.
package enum IncidentCause: String, Sendable, CaseIterable, Codable {
    case torSwitch = "tor-switch"
    case torSwitchDegraded = "tor-switch-degraded"
    case torReboot = "tor-reboot"
    case rackPower = "rack-power"
    case powerFeed = "power-feed"
    case powerDegraded = "power-degraded"
    case cooling
    case coolingZone = "cooling-zone"
    case row
    case networkSwitch = "network-switch"
    case collector
    case agentVersion = "agent-version"
    case reboot
    case observation
    case unknown

    /// How the cause is called in a sentence.
    package var phrase: String {
        switch self {
        case .torSwitch: "ToR switch"
        case .torSwitchDegraded: "ToR switch degraded"
        case .torReboot: "ToR switch reboot"
        case .rackPower: "rack power"
        case .powerFeed: "power feed"
        case .powerDegraded: "power degraded"
        case .cooling: "cooling"
        case .coolingZone: "cooling zone"
        case .row: "row"
        case .networkSwitch: "network switch"
        case .collector: "collector"
        case .agentVersion: "agent version"
        case .reboot: "reboot"
        case .observation: "our own observation"
        case .unknown: "unknown, common cause"
        }
    }
}

/// One possible cause with its likelihood (0…1); the likelihoods of a list add up to at most 1.
package struct CauseCandidate: Equatable, Sendable, Codable {
    package let cause: IncidentCause
    package let likelihood: Double

    package init(cause: IncidentCause, likelihood: Double) {
        self.cause = cause
        self.likelihood = likelihood
    }
}
