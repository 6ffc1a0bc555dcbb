internal import TwinCore

/// Turns faults into the incidents they should cause, by the domain's signature table.
struct Expectation {
    let topology: FleetTopology
    let options: FleetOptions

    func incidents(of fault: Fault) -> [ExpectedIncident] {
        switch fault.kind {
        case .tor, .torReboot:
            return racks(
                fault, [.rackUnreachable], [.torSwitch, .torReboot],
                visibleAfter: silenceSpan, recovery: recoverySpan)
        case .rackPower:
            return racks(
                fault, [.rackUnreachable], [.rackPower], visibleAfter: silenceSpan,
                recovery: recoverySpan + bootSpanMax)
        case .rowPower:
            return area(
                fault, shared: [.sharedOutage], causes: [.row], single: [.rackUnreachable],
                singleCauses: [.rackPower], visibleAfter: silenceSpan)
        case .torDegraded:
            return racks(
                fault, [.rackNetworkDegraded], [.torSwitchDegraded], visibleAfter: meanSpan,
                recovery: meanSpan)
        case .feed:
            return area(
                fault, shared: [.sharedDegradation], causes: [.powerFeed],
                single: [.rackPowerDegraded], singleCauses: [.powerFeed],
                visibleAfter: silenceSpan)
        case .brownout:
            return area(
                fault, shared: [.sharedDegradation], causes: [.powerFeed, .powerDegraded],
                single: [.rackPowerDegraded], singleCauses: [.powerDegraded],
                visibleAfter: meanSpan)
        case .cooling:
            return cooling(fault)
        case .collector:
            return collector(fault)
        case .nic, .fan, .disk, .dimm, .reboot, .server, .agent, .clockSkew:
            return topology.servers(at: fault.target).flatMap { serverIncidents(fault, of: $0) }
        }
    }

    // MARK: racks and data center

    /// One incident at each rack of the fault; at its servers when the rack has too few to judge.
    private func racks(
        _ fault: Fault, _ kinds: [IncidentKind], _ causes: [IncidentCause],
        visibleAfter: Milliseconds, recovery: Milliseconds
    ) -> [ExpectedIncident] {
        guard topology.serversPerRack >= Expectation.serversForRackMin else {
            return topology.servers(at: fault.target).map {
                expected(
                    fault, at: server($0), [.missingReport], paging: .either, isRequired: false,
                    recovery: recovery)
            }
        }
        return topology.racks(at: fault.target).map { rack in
            expected(
                fault, at: TwinAddress(tier: .rack, key: topology.rackKeys[rack]), kinds,
                causes: causes, paging: .pages, isRequired: fault.duration >= visibleAfter,
                recovery: recovery)
        }
    }

    /// One incident of the data center when at least three racks share the fault.
    private func area(
        _ fault: Fault, shared: [IncidentKind], causes: [IncidentCause], single: [IncidentKind],
        singleCauses: [IncidentCause], visibleAfter: Milliseconds
    ) -> [ExpectedIncident] {
        let recovery = recoverySpan + bootSpanMax
        guard isShared(fault) else {
            return racks(
                fault, single, singleCauses, visibleAfter: visibleAfter, recovery: recovery)
        }
        return [
            expected(
                fault, at: dc, shared, causes: causes, paging: .pages,
                isRequired: fault.duration >= visibleAfter, recovery: recovery)
        ]
    }

    /// Heat reaches the racks of a zone one after another: those before the third may page alone.
    private func cooling(_ fault: Fault) -> [ExpectedIncident] {
        var atRacks = racks(
            fault, [.rackCooling], [.cooling], visibleAfter: Expectation.heatSpan,
            recovery: Expectation.coolDownSpan)
        guard isShared(fault) else { return atRacks }
        for index in atRacks.indices {
            atRacks[index].paging = .either
            atRacks[index].isRequired = false
        }
        let atCenter = expected(
            fault, at: dc, [.sharedDegradation, .sharedOutage], causes: [.coolingZone],
            paging: .pages, isRequired: fault.duration >= Expectation.heatSpan,
            recovery: Expectation.coolDownSpan)
        return [atCenter] + atRacks
    }

    private func collector(_ fault: Fault) -> [ExpectedIncident] {
        let cause: IncidentCause =
            if case .relay = fault.target { .collector } else { .agentVersion }
        let touched = Set(topology.servers(at: fault.target).map(topology.rack(of:)))
        return [
            expected(
                fault, at: dc, [.collectorFault], causes: [cause], paging: .pages,
                isRequired: fault.duration >= silenceSpan
                    && touched.count >= Expectation.racksForAreaMin,
                recovery: recoverySpan)
        ]
    }

    private func isShared(_ fault: Fault) -> Bool {
        topology.racks(at: fault.target).count >= Expectation.racksForAreaMin
    }

    // MARK: servers

    private func serverIncidents(_ fault: Fault, of index: Int) -> [ExpectedIncident] {
        let place = server(index)
        switch fault.kind {
        case .nic:
            return [
                expected(
                    fault, at: place, [.packetDrops], paging: .either,
                    isRequired: fault.duration >= meanSpan && fault.severity >= 0.3,
                    recovery: meanSpan)
            ] + byProducts(fault, at: place, [.networkErrors, .retransmits, .deviation])
        case .fan:
            return [
                expected(
                    fault, at: place, [.temperature], paging: .either,
                    isRequired: fault.duration >= Expectation.heatSpan + .minutes(15),
                    recovery: meanSpan)
            ] + byProducts(fault, at: place, [.throttling, .deviation])
        case .disk:
            return [
                expected(
                    fault, at: place, [.iowaitHigh], paging: .quiet,
                    isRequired: fault.duration >= Expectation.diskSpan, recovery: meanSpan)
            ] + byProducts(fault, at: place, [.deviation])
        case .dimm:
            return memory(fault, at: place)
        case .reboot, .server, .agent:
            return [silence(fault, at: place)]
        case .clockSkew:
            return [
                expected(
                    fault, at: place, [.clockSkew], paging: .quiet,
                    isRequired: fault.duration >= silenceSpan, recovery: recoverySpan)
            ]
        case .tor, .torDegraded, .torReboot, .rackPower, .rowPower, .feed, .brownout, .cooling,
            .collector:
            return []
        }
    }

    private func memory(_ fault: Fault, at place: TwinAddress) -> [ExpectedIncident] {
        let isVisible = fault.duration >= Int64(20) * options.interval
        return [
            expected(
                fault, at: place, [.memoryErrorsCorrected], paging: .quiet, isRequired: isVisible,
                recovery: meanSpan),
            expected(
                fault, at: place, [.memoryErrorsUncorrected], paging: .pages,
                isRequired: isVisible, recovery: meanSpan),
        ] + byProducts(fault, at: place, [.missingReport, .deviation])
    }

    /// A silent server pages only once it counts as gone; near that limit both are right.
    private func silence(_ fault: Fault, at place: TwinAddress) -> ExpectedIncident {
        let gone = max(Limits.goneAfterMin, Int64(12) * options.interval)
        let margin = Int64(3) * options.interval
        let paging: ExpectedIncident.Paging
        if fault.duration < gone - margin {
            paging = .quiet
        } else {
            paging = fault.duration > gone + margin ? .pages : .either
        }
        return expected(
            fault, at: place, [.missingReport], causes: fault.kind == .agent ? [] : [.reboot],
            paging: paging, isRequired: fault.duration >= silenceSpan + foldHold,
            recovery: recoverySpan)
    }

    /// What may be found beside the main incident, each at most once and without a page.
    private func byProducts(
        _ fault: Fault, at place: TwinAddress, _ kinds: [IncidentKind]
    ) -> [ExpectedIncident] {
        kinds.map {
            expected(
                fault, at: place, [$0], paging: .either, isRequired: false, recovery: meanSpan)
        }
    }

    // MARK: parts

    private func expected(
        _ fault: Fault, at address: TwinAddress, _ kinds: [IncidentKind],
        causes: [IncidentCause] = [], paging: ExpectedIncident.Paging, isRequired: Bool,
        recovery: Milliseconds
    ) -> ExpectedIncident {
        ExpectedIncident(
            fault: "\(fault.kind.rawValue) at \(topology.name(of: fault.target))",
            address: address, kinds: kinds, causes: causes, start: options.start + fault.start,
            end: options.start + fault.end + recovery, paging: paging, isRequired: isRequired)
    }

    private var dc: TwinAddress { TwinAddress(tier: .dc, key: topology.dc) }

    private func server(_ index: Int) -> TwinAddress {
        TwinAddress(tier: .server, key: topology.serverKeys[index])
    }

    /// Three intervals of silence, one of holding, one to spare.
    private var silenceSpan: Milliseconds { Int64(5) * options.interval }
    /// How long a server waits for its rack to explain what is wrong.
    private var foldHold: Milliseconds {
        let wanted = Int64(2) * options.interval + Limits.foldHoldExtra
        return min(max(wanted, Limits.foldHoldMin), Limits.foldHoldMax)
    }

    private var recoverySpan: Milliseconds { silenceSpan }
    /// Limits over ten-minute means need that long and some intervals.
    private var meanSpan: Milliseconds { .minutes(10) + silenceSpan }
    private var bootSpanMax: Milliseconds { .seconds(150) }

    private static let heatSpan = Milliseconds.minutes(30)
    private static let coolDownSpan = Milliseconds.minutes(45)
    private static let diskSpan = Milliseconds.minutes(90)
    private static let serversForRackMin = 3
    private static let racksForAreaMin = 3
}

extension FleetTopology {
    /// The target in words: an address where there is one, else the label and its value.
    package func name(of target: FaultTarget) -> String {
        switch target {
        case .server(let server): "server/\(serverKeys[server])"
        case .rack(let rack): "rack/\(rackKeys[rack])"
        case .row(let name): "row \(name)"
        case .feed(let name): "feed \(name)"
        case .zone(let name): "zone \(name)"
        case .agentVersion(let version): "agent version \(version)"
        case .relay(let name): "relay \(name)"
        }
    }
}
