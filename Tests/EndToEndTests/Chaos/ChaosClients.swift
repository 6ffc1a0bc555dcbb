import TwinClient
import TwinCore
import TwinWire

/// Everybody who uses the cluster during a chaos run.
struct ChaosClients {
    let fleet: Fleet
    let typedServers: [TwinKey]
    let reports: ReportLoad
    let typed: TypedReportClient
    let registers: [RegisterClient]
    let killed: KilledClient
    let killedReader: KilledReader
    let lives: [LifeClient]
    let windows: WindowClient
    let queries: QueryClient
    let readers: [AlertReader]

    private static let dc = "chaos"
    static let typedRack = "\(dc)-typed"

    /// Puts the servers under watch and starts everybody.
    init(_ cluster: Cluster, _ history: History, seed: UInt64) throws {
        let endpoint = cluster.endpoint
        let fleet = try Fleet(dc: Self.dc, racks: 4, serversPerRack: 5)
        self.fleet = fleet
        try fleet.commission(by: cluster.client)
        try RegisterClient.commission(by: cluster.client)
        let typedServers = try (1...4).map { try TwinKey("\(Self.typedRack)-s\($0)") }
        self.typedServers = typedServers
        try cluster.client.commission(
            typedServers.map {
                (
                    $0,
                    CommissionRequest(
                        dc: fleet.dc, rack: try TwinKey(Self.typedRack),
                        intervalSeconds: TypedReportClient.intervalSeconds)
                )
            })
        readers = [AlertReader(endpoint), AlertReader(endpoint)]
        reports = ReportLoad(fleet, to: endpoint)
        typed = TypedReportClient(
            "typed", servers: typedServers, endpoint, history,
            random: ChaosRandom(seed: seed, client: 1))
        registers = (1...3).map {
            RegisterClient(
                "c\($0)", endpoint, history, random: ChaosRandom(seed: seed, client: 1 + $0))
        }
        killed = KilledClient(
            "killed", cluster: endpoint, folder: cluster.folder.path, history,
            random: ChaosRandom(seed: seed, client: 5))
        killedReader = KilledReader(
            "reader", cluster: endpoint, folder: cluster.folder.path)
        lives = (1...2).map {
            LifeClient("l\($0)", endpoint, history, random: ChaosRandom(seed: seed, client: 5 + $0))
        }
        windows = WindowClient(
            "windows", racks: fleet.racks[1...2].map(\.rack), endpoint, history,
            random: ChaosRandom(seed: seed, client: 8))
        queries = QueryClient(
            "queries", racks: fleet.racks.map(\.rack), dcs: [fleet.dc], servers: fleet.servers,
            endpoint, history, random: ChaosRandom(seed: seed, client: 9))
    }

    /// Throws what has ended a client before its time.
    func check() throws {
        for reader in readers { _ = try reader.alerts() }
        for register in registers { try register.check() }
        for life in lives { try life.check() }
        try killed.check()
        try killedReader.check()
        try typed.check()
        try windows.check()
        try queries.check()
    }

    /// The rack that falls silent in the end.
    var silent: (rack: TwinKey, servers: [TwinKey]) { fleet.racks[0] }
}
