import TwinCore

/// The servers of a scaling run, numbered, with the shard and the turn of each.
struct SteadyFleet: Sendable {
    struct Server: Sendable {
        let key: TwinKey
        let rack: Int
        let shard: ShardID
    }

    let fleet: Fleet
    let servers: [Server]
    /// One rack of every rack shard that has any.
    let probes: [(shard: ShardID, rack: TwinKey)]
    /// The last rack, if it is to fall silent; it does not return.
    let silentRack: Int?
    /// Servers that fail, in this order; not more than `failingPerRack` of a rack.
    let failing: [Int]

    private static let failingPerRack = 3

    init(_ settings: ScaleSettings) throws {
        fleet = try Fleet(
            dc: "scale", racks: settings.racks, serversPerRack: ScaleSettings.serversPerRack)
        func shard(_ tier: Tier, _ key: TwinKey) -> ShardID {
            ShardID(tier: tier, index: key.shardIndex(shardCount: settings.shards))
        }
        servers = fleet.racks.enumerated().flatMap { index, rack in
            rack.servers.map {
                Server(key: $0, rack: index, shard: shard(.server, $0))
            }
        }
        var probed: [ShardID: TwinKey] = [:]
        for (rack, _) in fleet.racks {
            let own = shard(.rack, rack)
            if probed[own] == nil { probed[own] = rack }
        }
        probes = probed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        silentRack = settings.hasSilentRack ? settings.racks - 1 : nil
        let perRack = ScaleSettings.serversPerRack
        let healthy = silentRack ?? settings.racks
        failing = (0..<Self.failingPerRack).flatMap { place in
            (0..<healthy).map { $0 * perRack + place }
        }
    }

    func isSilent(_ server: Int) -> Bool { servers[server].rack == silentRack }
}
