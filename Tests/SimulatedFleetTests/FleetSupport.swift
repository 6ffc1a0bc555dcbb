import SimulatedFleet
import Testing
import TwinCore

/// A small fleet with exactly these faults, reporting every ten seconds from noon.
func fleet(
    _ faults: String..., racks: Int = 10, servers: Int = 8, seed: UInt64 = 7,
    interval: Milliseconds = .seconds(10), imperfections: Imperfections = .none
) throws -> Fleet {
    let topology = try FleetTopology(rackCount: racks, serversPerRack: servers)
    let resolved = try faults.map { try topology.fault(FaultSpec($0)) }
    return Fleet(
        topology: topology, faults: resolved,
        options: FleetOptions(
            seed: seed, interval: interval, start: noon, imperfections: imperfections))
}

/// 2025-06-01T12:00:00Z.
let noon = Timestamp(milliseconds: 1_748_779_200_000)

extension Fleet {
    /// All reports of the first `span`.
    func reports(during span: Milliseconds) -> [FleetReport] {
        var copy = self
        return copy.advance(to: span)
    }

    func index(of key: String) throws -> Int {
        try #require(topology.serverKeys.firstIndex { $0.description == key })
    }
}

extension [FleetReport] {
    func of(_ server: Int) -> [FleetReport] { filter { $0.server == server } }

    /// Reports taken in the half-open span after noon.
    func taken(from: Milliseconds, to: Milliseconds) -> [FleetReport] {
        filter { $0.at >= noon + from && $0.at < noon + to }
    }

    func mean(_ metric: FleetMetric) -> Double {
        reduce(0) { $0 + Double($1[metric]) } / Double(Swift.max(count, 1))
    }
}
