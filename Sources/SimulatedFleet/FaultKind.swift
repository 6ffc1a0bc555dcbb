/// What can break in the simulated data center; the raw value is the word in `--fault`.
package enum FaultKind: String, Sendable, CaseIterable, Codable {
    /// The rack's switch forwards nothing; servers run on, buffer, and keep their carrier.
    case tor
    /// The rack's switch loses a part of the packets.
    case torDegraded = "tor-degraded"
    /// As `tor`, and the ports go down: buffered reports say link down.
    case torReboot = "tor-reboot"
    /// The rack loses all power.
    case rackPower = "rack-power"
    /// A power distribution unit takes its whole row down.
    case rowPower = "row-power"
    /// One of two feeds is lost: servers run on with a supply off.
    case feed
    /// Input voltage sags: processors slow down at unchanged load.
    case brownout
    /// Inlet temperatures climb.
    case cooling
    case nic, fan, disk, dimm
    case reboot
    /// A hard fault: the server is down until it is repaired.
    case server
    /// The agent's process is dead; the server runs on, nothing is buffered.
    case agent
    /// Every agent of one version hangs, or one relay is dead.
    case collector
    /// The server's clock runs minutes ahead.
    case clockSkew = "clock-skew"

    /// What a target of this kind of fault may be, for the parser's sentence.
    package var targetNoun: String {
        switch self {
        case .tor, .torDegraded, .torReboot, .rackPower: "a rack"
        case .rowPower: "a row"
        case .feed, .brownout: "a feed or a rack"
        case .cooling: "a zone or a rack"
        case .nic, .fan, .disk, .dimm, .reboot, .server, .agent, .clockSkew: "a server"
        case .collector: "an agent version or a relay"
        }
    }
}
