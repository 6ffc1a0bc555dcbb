import Foundation
import TwinCore

/// How large a scaling run is: by `TWIN_SCALE_SERVERS`, small without it.
struct ScaleSettings: Sendable {
    let racks: Int
    let shards: Int
    /// Between two reports of a server.
    let interval: Milliseconds
    /// Between two servers that fail while the cluster is scaled.
    let failureEvery: Milliseconds
    /// A rack falls silent before anything moves: a new broker takes half a minute to believe it.
    let hasSilentRack: Bool
    /// Between two probes of a rack shard.
    let probeEvery: Milliseconds

    static let serversPerRack = 40
    private static let serversDefault = 400
    /// From here on the run is what an operator would do: full intervals, all the shards.
    private static let largeFrom = 4_000

    var servers: Int { racks * Self.serversPerRack }

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let text = environment["TWIN_SCALE_SERVERS"]
        guard let servers = text.map({ Int($0) }) ?? Self.serversDefault,
            servers >= Self.serversDefault, servers % Self.serversPerRack == 0
        else {
            throw HarnessError(
                "TWIN_SCALE_SERVERS: wanted \(Self.serversDefault) or more, a multiple of "
                    + "\(Self.serversPerRack), found \(text ?? "nothing")")
        }
        racks = servers / Self.serversPerRack
        let isLarge = servers >= Self.largeFrom
        shards = isLarge ? Limits.shardCountDefault : Cluster.shardsDefault
        hasSilentRack = isLarge
        interval = .seconds(isLarge ? 10 : 2)
        failureEvery = Milliseconds(rawValue: isLarge ? 250 : 1_000)
        probeEvery = Milliseconds(rawValue: isLarge ? 500 : 100)
    }
}
