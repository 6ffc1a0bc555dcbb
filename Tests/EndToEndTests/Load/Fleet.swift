import TwinCore
import TwinWire

/// The servers of one test: racks of equal size in one data center.
struct Fleet: Sendable {
    let dc: TwinKey
    /// Racks in order, each with its servers.
    let racks: [(rack: TwinKey, servers: [TwinKey])]

    init(dc: String, racks: Int, serversPerRack: Int) throws {
        self.dc = try TwinKey(dc)
        self.racks = try (1...racks).map { rack in
            let name = "\(dc)-r\(rack)"
            return (
                try TwinKey(name),
                try (1...serversPerRack).map { try TwinKey("\(name)-s\($0)") }
            )
        }
    }

    var servers: [TwinKey] { racks.flatMap(\.servers) }

    /// Puts all servers under watch.
    func commission(by client: Client) throws {
        try client.commission(
            racks.flatMap { rack, servers in
                servers.map { ($0, CommissionRequest(dc: dc, rack: rack)) }
            })
    }
}
