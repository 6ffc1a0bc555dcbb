import SimulatedFleet
import TwinCore

/// The names of the simulated data center and the mix of what its operators do.
enum Workload {
    static let datacenterKey = "dc1"
    static let racks = 10
    static let operators = 4

    static func serverKey(_ server: Int) -> String { "s\(server)" }
    static func rackKey(_ rack: Int) -> String { "r\(rack)" }

    /// The server of a key as `serverKey` makes it; nil for any other.
    static func server(of key: TwinKey) -> Int? {
        guard key.bytes.first == UInt8(ascii: "s") else { return nil }
        var server = 0
        for byte in key.bytes.dropFirst() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            server = server * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return server
    }

    /// The shard of a server's twin.
    static func shard(ofServer server: Int) -> UInt16 {
        UInt16(CRC32.checksum(Array(serverKey(server).utf8)) % UInt32(World.shardsPerTier))
    }

    /// Where a server stands at first.
    static func home(of server: Int) -> Int { server % racks }

    /// The labels of a rack's servers; `revision` tells apart what operators have changed since.
    static func labels(rack: Int, revision: Int) -> [String: String] {
        ["feed": "f\(rack % 2)", "row": "w\(rack / 5)", "revision": "\(revision)"]
    }

    /// What an operator does next to one of its servers, given what it believes of it.
    static func next(
        for server: Int, _ state: ReferenceServer, using random: inout SplitMix64
    ) -> Operation {
        switch random.index(below: 100) {
        case 0..<30:
            let rack = random.index(below: racks)
            return .commission(
                server: server,
                ReferenceServer.Place(rack: rack, revision: random.index(below: 1_000)))
        case 30..<42: return .decommission(server: server)
        case 42..<55:
            return .setMaintenance(server: server, id: "w\(random.index(below: 3))")
        case 55..<68:
            return .endMaintenance(server: server, id: "w\(random.index(below: 3))")
        case 68..<84: return .getServer(server: server)
        case 84..<92: return .getRack(random.index(below: racks))
        default: return .unhealthyRacks
        }
    }
}
