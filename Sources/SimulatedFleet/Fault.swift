package import TwinCore

/// One thing that breaks at a known place for a known time.
package struct Fault: Equatable, Sendable {
    package let kind: FaultKind
    package let target: FaultTarget
    /// Since the fleet's first moment.
    package let start: Milliseconds
    package let end: Milliseconds
    /// How bad, 0…1: the place inside the range that the domain gives for this kind.
    package let severity: Double

    package init(
        kind: FaultKind, target: FaultTarget, start: Milliseconds, end: Milliseconds,
        severity: Double = Fault.plainSeverity
    ) {
        self.kind = kind
        self.target = target
        self.start = start
        self.end = end
        self.severity = severity
    }

    /// The severity of faults that somebody asked for: plainly visible, not the worst.
    package static let plainSeverity = 0.8

    package var duration: Milliseconds { end - start }
}

/// Where a fault sits.
package enum FaultTarget: Equatable, Sendable {
    case server(Int)
    case rack(Int)
    case row(String)
    case feed(String)
    case zone(String)
    case agentVersion(String)
    case relay(String)
}

extension FleetTopology {
    /// Finds the target of a `--fault` in this data center; throws what exists instead.
    package func fault(_ spec: FaultSpec) throws(FaultSpecError) -> Fault {
        guard let target = target(spec.target, for: spec.kind) else {
            throw FaultSpecError(
                spec.text,
                .target(spec.kind, found: spec.target, known: knownTargets(of: spec.kind)))
        }
        return Fault(
            kind: spec.kind, target: target, start: spec.start, end: spec.start + spec.duration)
    }

    /// The servers a fault at `target` touches, in ascending order.
    package func servers(at target: FaultTarget) -> [Int] {
        switch target {
        case .server(let server): [server]
        case .rack, .row, .feed, .zone: racks(at: target).flatMap { Array(servers(inRack: $0)) }
        case .agentVersion(let version):
            serverKeys.indices.filter { agentVersion(of: $0) == version }
        case .relay(let name): serverKeys.indices.filter { relay(of: $0) == name }
        }
    }

    /// The racks that `target` takes in whole, in ascending order.
    package func racks(at target: FaultTarget) -> [Int] {
        switch target {
        case .rack(let rack): [rack]
        case .row(let name): rackKeys.indices.filter { row(ofRack: $0) == name }
        case .feed(let name): rackKeys.indices.filter { feed(ofRack: $0) == name }
        case .zone(let name): rackKeys.indices.filter { zone(ofRack: $0) == name }
        case .server, .agentVersion, .relay: []
        }
    }

    private func target(_ text: String, for kind: FaultKind) -> FaultTarget? {
        switch kind {
        case .tor, .torDegraded, .torReboot, .rackPower:
            rackTarget(text)
        case .rowPower:
            whole(.row(text))
        case .feed, .brownout:
            rackTarget(text) ?? whole(.feed(text))
        case .cooling:
            rackTarget(text) ?? whole(.zone(text))
        case .nic, .fan, .disk, .dimm, .reboot, .server, .agent, .clockSkew:
            serverKeys.firstIndex { $0.description == text || "server/\($0)" == text }
                .map { .server($0) }
        case .collector:
            reporterTarget(text)
        }
    }

    private func rackTarget(_ text: String) -> FaultTarget? {
        rackKeys.firstIndex { $0.description == text || "rack/\($0)" == text }.map { .rack($0) }
    }

    private func whole(_ target: FaultTarget) -> FaultTarget? {
        racks(at: target).isEmpty ? nil : target
    }

    private func reporterTarget(_ text: String) -> FaultTarget? {
        [FaultTarget.agentVersion(text), .relay(text)].first { !servers(at: $0).isEmpty }
    }

    private func knownTargets(of kind: FaultKind) -> String {
        let racks = FleetTopology.span(rackKeys.map(\.description))
        switch kind {
        case .tor, .torDegraded, .torReboot, .rackPower:
            return racks
        case .rowPower:
            return FleetTopology.span(rackKeys.indices.map(row(ofRack:)))
        case .feed, .brownout:
            let feeds = Set(rackKeys.indices.map(feed(ofRack:))).sorted()
            return feeds.joined(separator: ", ") + "; " + racks
        case .cooling:
            return FleetTopology.span(rackKeys.indices.map(zone(ofRack:))) + "; " + racks
        case .nic, .fan, .disk, .dimm, .reboot, .server, .agent, .clockSkew:
            return FleetTopology.span(serverKeys.map(\.description))
        case .collector:
            return FleetTopology.agentVersions.joined(separator: ", ")
                + "; relay-1 to relay-\(relayCount)"
        }
    }

    /// "first to last" of names in their order, or the only one.
    private static func span(_ names: [String]) -> String {
        guard let first = names.first, let last = names.last, first != last else {
            return names.first ?? "none"
        }
        return "\(first) to \(last)"
    }
}
