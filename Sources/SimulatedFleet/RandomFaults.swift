package import TwinCore

/// Faults drawn at the domain's rates, for runs in which nobody chooses what breaks.
package enum RandomFaults {
    /// All faults that start within `span` of the fleet's first moment, by start time. `scale`
    /// multiplies every rate (1 = real life,
    /// 1,000 = six weeks of trouble an hour).
    ///
    /// Each target draws once an hour for each kind. Faults come in bursts as in real fleets:
    /// 15 % of hard server faults take neighbours with them, a quarter of disk faults have another
    /// in the same rack within a day. Costs a few nanoseconds for each target and hour.
    package static func draw(
        in topology: FleetTopology, span: Milliseconds, scale: Double, seed: UInt64
    ) -> [Fault] {
        var generator = SplitMix64(mixing: seed, RandomFaults.stream)
        var faults: [Fault] = []
        let hour = Milliseconds.hours(1)
        var from = Milliseconds.zero
        while from < span {
            let part = min(hour, span - from)
            for rate in FaultRate.table {
                let chance = rate.perYear * scale * part.seconds / RandomFaults.secondsPerYear
                for index in 0..<rate.unit.count(in: topology) where generator.uniform() < chance {
                    let start = from + part.scaled(by: generator.uniform())
                    let first = rate.fault(at: index, start: start, in: topology, &generator)
                    faults.append(first)
                    faults += companions(of: first, rate: rate, in: topology, &generator)
                }
            }
            from = from + hour
        }
        faults.sort { $0.start < $1.start }
        return faults
    }

    /// Further faults of the same cause in the same rack.
    private static func companions(
        of first: Fault, rate: FaultRate, in topology: FleetTopology,
        _ generator: inout SplitMix64
    ) -> [Fault] {
        guard case .server(let server) = first.target else { return [] }
        let within: Milliseconds
        let count: Int
        switch first.kind {
        case .server:
            within = burstSpan
            count = groupSize(at: generator.uniform(), &generator) - 1
        case .disk:
            within = .hours(24)
            count = generator.uniform() < diskCompanionShare ? 1 : 0
        case .tor, .torDegraded, .torReboot, .rackPower, .rowPower, .feed, .brownout, .cooling,
            .nic, .fan, .dimm, .reboot, .agent, .collector, .clockSkew:
            return []
        }
        let neighbours = topology.servers(inRack: topology.rack(of: server)).filter { $0 != server }
        return neighbours.shuffled(using: &generator).prefix(count).map { neighbour in
            let start = first.start + within.scaled(by: generator.uniform())
            return rate.fault(at: neighbour, start: start, in: topology, &generator)
        }
    }

    /// 85 % alone, 7.7 % in groups of five to eight, the rest in groups of two to four.
    private static func groupSize(at share: Double, _ generator: inout SplitMix64) -> Int {
        if share < aloneShare { return 1 }
        return share < 1 - largeGroupShare
            ? 2 + generator.index(below: 3) : 5 + generator.index(below: 4)
    }

    private static let secondsPerYear = 365.25 * 86_400
    private static let aloneShare = 0.85
    private static let largeGroupShare = 0.077
    private static let diskCompanionShare = 0.25
    private static let burstSpan = Milliseconds.minutes(5)
    private static let stream: UInt64 = 0xFA
}

extension FaultRate.Unit {
    fileprivate func count(in topology: FleetTopology) -> Int {
        switch self {
        case .server: topology.serverCount
        case .rack: topology.rackCount
        case .row: topology.rowCount
        case .zone: topology.zoneCount
        }
    }

    fileprivate func target(_ index: Int, in topology: FleetTopology) -> FaultTarget {
        switch self {
        case .server: .server(index)
        case .rack: .rack(index)
        case .row: .row(topology.row(ofRack: index * FleetTopology.racksPerRow))
        case .zone:
            .zone(
                topology.zone(
                    ofRack: index * FleetTopology.racksPerRow * FleetTopology.rowsPerZone))
        }
    }
}

extension FaultRate {
    fileprivate func fault(
        at index: Int, start: Milliseconds, in topology: FleetTopology,
        _ generator: inout SplitMix64
    ) -> Fault {
        Fault(
            kind: kind, target: unit.target(index, in: topology), start: start,
            end: start + durations.length(at: generator.uniform()),
            severity: generator.uniform())
    }
}
