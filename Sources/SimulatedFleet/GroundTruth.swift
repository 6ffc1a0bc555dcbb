package import TwinCore

/// Everything the monitor should find in one simulated run: the content of the truth file.
///
/// Follows the domain's expectations: the tier that explains a fault pages, once; what it explains
/// is folded and therefore not listed here.
package struct GroundTruth: Equatable, Sendable, Codable {
    package static let formatVersion = 1

    package var version = GroundTruth.formatVersion
    package var seed: UInt64
    package var start: Timestamp
    /// By start time.
    package var incidents: [ExpectedIncident]

    /// The truth about a fleet, known before its first report.
    ///
    /// - Parameter end: when the run ends; what is not visible by then need not be found. nil =
    ///   never.
    package init(of fleet: Fleet, until end: Milliseconds? = nil) {
        seed = fleet.options.seed
        start = fleet.options.start
        let expectation = Expectation(topology: fleet.topology, options: fleet.options)
        let seen = fleet.faults.filter { end == nil || $0.start < end ?? .zero }
            .map { end.map($0.cut) ?? $0 }
        var incidents: [ExpectedIncident] = []
        for (index, fault) in seen.enumerated() {
            var expected = expectation.incidents(of: fault)
            if Darkness.hides(index, among: seen, in: fleet.topology) {
                for index in expected.indices { expected[index].isRequired = false }
            }
            incidents += expected
        }
        self.incidents = incidents.sorted { $0.start < $1.start }
    }
}

extension Fault {
    /// What of the fault lies before `end`.
    fileprivate func cut(at end: Milliseconds) -> Fault {
        Fault(
            kind: kind, target: target, start: start, end: min(self.end, end), severity: severity)
    }
}

/// Faults that nobody can see, because their server is silent for another reason.
private enum Darkness {
    /// True when the fault sits on one server, and another fault takes that server's reports
    /// away during a part of it.
    static func hides(_ index: Int, among faults: [Fault], in topology: FleetTopology) -> Bool {
        let hidden = faults[index]
        guard case .server(let server) = hidden.target else { return false }
        return faults.indices.contains { other in
            let fault = faults[other]
            return other != index && fault.start < hidden.end
                && hidden.start < fault.end + recoverySpan && fault.kind.silences
                && topology.servers(at: fault.target).contains(server)
        }
    }

    /// A server that has just returned may be busy with its backlog, or heat may still fade.
    private static let recoverySpan = Milliseconds.minutes(15)
}

extension FaultKind {
    /// True when reports stop because of it, at least in the end.
    fileprivate var silences: Bool {
        switch self {
        case .tor, .torReboot, .rackPower, .rowPower, .cooling, .reboot, .server, .agent,
            .collector, .dimm:
            true
        case .torDegraded, .feed, .brownout, .nic, .fan, .disk, .clockSkew: false
        }
    }
}
