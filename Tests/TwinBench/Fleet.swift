import TwinClient
import TwinCore
import TwinWire

/// The servers that report: commissioned once, then healthy for as long as the measurement takes.
struct Fleet {
    /// One server: its key and the instance that owns it.
    struct Server {
        let key: TwinKey
        let owner: InstanceName
    }

    /// Ten metrics of a usual agent, all with limits and baselines, and a healthy value of each.
    static let metrics: [(name: String, value: Float)] = [
        ("system.cpu.utilization", 0.42), ("system.cpu.iowait", 0.01),
        ("system.memory.utilization", 0.61), ("system.filesystem.utilization", 0.35),
        ("system.disk.utilization", 0.18), ("system.disk.latency", 0.002),
        ("system.network.errors", 0), ("system.tcp.retransmit_ratio", 0.001),
        ("hw.temperature", 54), ("hw.fan.speed", 7_200),
    ]

    static let profile = reporter(intervalSeconds: 10)

    static func reporter(intervalSeconds: Int) -> ReporterProfile {
        ReporterProfile(
            interval: .seconds(Int64(intervalSeconds)), agentVersion: nil, relay: "twin-bench")
    }

    let servers: [Server]

    init(_ servers: [Server]) { self.servers = servers }

    /// The same servers in no order: neighbours in a batch are neighbours nowhere else.
    var shuffled: Fleet { Fleet(servers.shuffled()) }

    /// Commissions `racks` × `serversPerRack` servers and waits for every `ok`.
    /// - Parameter labels: what the servers of a rack carry beside `simulated`.
    init(
        racks: Int, serversPerRack: Int, prefix: String = "bench", intervalSeconds: Int = 10,
        labels: (Int) -> [String: String] = { _ in [:] }, over connection: inout Connection
    ) throws {
        let placement = try Self.completePlacement(over: &connection)
        var servers: [Server] = []
        var requests: [ClientRequest] = []
        let dc = try TwinKey("bench")
        for rackNumber in 0..<racks {
            let rack = try TwinKey("\(prefix)-r\(rackNumber)")
            let labelsOfRack = ["simulated": "true"].merging(labels(rackNumber)) { $1 }
            for number in 0..<serversPerRack {
                let key = try TwinKey("\(rack)-s\(number)")
                let address = TwinAddress(tier: .server, key: key)
                guard let owner = placement[placement.shard(of: address)]?.instance else {
                    throw BenchError("\(placement.shard(of: address)) has no owner")
                }
                servers.append(Server(key: key, owner: owner))
                let body = CommissionRequest(
                    dc: dc, rack: rack, labels: labelsOfRack,
                    intervalSeconds: Double(intervalSeconds))
                requests.append(
                    ClientRequest(.twin(address), .commission, body, terms: Self.patientTerms))
            }
        }
        self.servers = servers
        var failure: ClientError?
        try connection.requestAll(requests) { _, result in
            if case .failure(let error) = result { failure = error }
        }
        if let failure { throw failure }
    }

    /// Waits until every shard has an owner: a cluster that has just started deals them first.
    static func completePlacement(
        over connection: inout Connection
    ) throws -> Placement {
        let deadline = ClientTime.monotonicMilliseconds + startPatience.rawValue
        while true {
            let placement = try connection.placement(refreshed: true, terms: patientTerms)
            if placement.isComplete { return placement }
            let now = ClientTime.monotonicMilliseconds
            guard now < deadline else {
                throw BenchError(
                    "some shards have no owner after \(startPatience.seconds) s; "
                        + "twinctl status says why")
            }
            _ = try connection.nextCompletion(byMilliseconds: now + askAgainMilliseconds)
        }
    }

    /// Waits until racks and data center have heard what they are owed by all but one in a hundred:
    /// what a fleet's first minute costs is no part of its steady state.
    func settle(over connection: inout Connection) throws {
        let deadline = ClientTime.monotonicMilliseconds + Self.startPatience.rawValue
        var calmLooks = 0
        while calmLooks < Self.calmLooks, ClientTime.monotonicMilliseconds < deadline {
            let status = try connection.ask(
                .broker, .clusterStatus, [String: String](), for: StatusDocument.self,
                terms: Self.patientTerms)
            let owed = status.processes.reduce(0) { $0 + ($1.statusesOwed ?? 0) }
            calmLooks = owed * 100 <= servers.count ? calmLooks + 1 : 0
            let next = ClientTime.monotonicMilliseconds + Limits.beatInterval.rawValue
            _ = try connection.nextCompletion(byMilliseconds: next) { _ in false }
        }
    }

    /// Instances tell the broker once a second: one look may be at what was.
    private static let calmLooks = 2
    private static let startPatience = Milliseconds.seconds(60)
    private static let askAgainMilliseconds: Int64 = 100

    /// The instances of the server tier that own any of the fleet, in order of their names.
    var owners: [InstanceName] { Set(servers.map(\.owner)).sorted() }

    /// A cluster under full load may be slow; it must not be given up.
    static let patientTerms = RetryTerms(
        timeout: startPatience, attemptTimeout: startPatience, waitsForOwner: true)

    /// The same, sent again as an agent does when no answer has come for so long.
    static let repeatingTerms = RetryTerms(
        timeout: startPatience, attemptTimeout: .seconds(2), waitsForOwner: true)
}
