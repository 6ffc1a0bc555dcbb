import TwinCore

/// A broker machine with a clock that the test drives, and instances that answer by name.
struct BrokerScenario {
    var machine: BrokerMachine
    var now: Int64 = 1_000
    var nextConnection: UInt8 = 1

    static let wallStart = Timestamp(milliseconds: 1_800_000_000_000)
    static let window: UInt64 = 1_000
    static let clusterID = "7f3a91"

    init(
        record: BrokerRecord? = nil, shards: Int = 8,
        bootstrap: BootstrapPlan? = BootstrapPlan(server: 2, rack: 1, dc: 1),
        configuration: ClusterConfiguration = ClusterConfiguration(),
        rebalancesByItself: Bool = true
    ) {
        machine = BrokerMachine(
            record: record, shardCounts: ShardCounts(all: shards), configuration: configuration,
            bootstrap: bootstrap, freshClusterID: BrokerScenario.clusterID, nonce: 77, now: 1_000,
            wall: BrokerScenario.wallStart, rebalancesByItself: rebalancesByItself)
    }

    /// A cluster whose four instances registered, beat, and hold their shards durably.
    static func running(rebalancesByItself: Bool = true) throws -> BrokerScenario {
        var scenario = BrokerScenario(rebalancesByItself: rebalancesByItself)
        for (name, tier) in instances { try scenario.join(name, tier) }
        for (name, tier) in instances { try scenario.beat(name, tier) }
        _ = scenario.machine.takeEffects()
        return scenario
    }

    static let instances: [(String, Tier)] = [
        ("server-a", .server), ("server-b", .server), ("rack-a", .rack), ("dc-a", .dc),
    ]

    var wall: Timestamp {
        BrokerScenario.wallStart + Milliseconds(rawValue: now)
    }

    /// The same broker's record under a new broker process.
    func restarted(bootstrap: BootstrapPlan? = nil) -> BrokerScenario {
        BrokerScenario(record: machine.record, bootstrap: bootstrap)
    }

    static func registration(
        _ name: String, _ tier: Tier, start: UInt64 = 0, cluster: String? = nil,
        owned: [OwnedShard] = [], process: UInt64 = 1, restored: Bool = false
    ) throws -> Registration {
        Registration(
            tier: tier, instance: try InstanceName(name), clusterId: cluster, startNumber: start,
            processNonce: process, protocolVersion: 1, softwareVersion: "1.0.0", owned: owned,
            isRestored: restored, credit: window)
    }

    /// What the instance would hold after it has carried out the placement.
    func held(by name: String, _ tier: Tier) throws -> [OwnedShard] {
        let placement = machine.record.placement
        return placement.shards(of: try InstanceName(name), in: tier).compactMap { shard in
            placement[shard].map { OwnedShard(index: shard.index, epoch: $0.epoch) }
        }
    }

    /// Registers over a new connection.
    mutating func register(_ registration: Registration) -> Result<RegistrationGrant, Refusal> {
        let routingID = [0, nextConnection]
        nextConnection += 1
        return machine.register(registration, routingID: routingID, now: now, wall: wall)
    }

    /// Registers as an instance without state.
    @discardableResult
    mutating func join(_ name: String, _ tier: Tier) throws -> RegistrationGrant {
        try register(BrokerScenario.registration(name, tier)).get()
    }

    /// Registers as the next start of an instance whose state is as the placement says.
    mutating func rejoin(
        _ name: String, _ tier: Tier, process: UInt64
    ) throws -> Result<RegistrationGrant, Refusal> {
        let start = machine.record[try InstanceName(name)]?.confirmedStart ?? 0
        return register(
            try BrokerScenario.registration(
                name, tier, start: start, cluster: machine.record.clusterID,
                owned: held(by: name, tier), process: process))
    }

    @discardableResult
    mutating func beat(
        _ name: String, _ tier: Tier, number: UInt64 = 1, credit: UInt64 = window,
        connection: UInt64? = nil, blind: [UInt16] = [], load: InstanceLoad = InstanceLoad()
    ) throws -> BeatReply {
        let instance = try InstanceName(name)
        let routingID = try self.connection(of: name)
        return try machine.beat(
            Beat(
                number: number, tier: tier, instance: instance,
                startNumber: machine.record[instance]?.offeredStart ?? 0, credit: credit,
                connection: connection, blindShards: ShardSet(blind),
                owned: try held(by: name, tier), isStopping: false, load: load),
            routingID: routingID, now: now, wall: wall)
    }

    /// The connection of a present instance; empty when it is not there.
    func connection(of name: String) throws -> [UInt8] {
        let target = BrokerTarget.instance(try tier(of: name), try InstanceName(name))
        var copy = machine
        let decision = copy.route(target, byteCount: 0, traffic: .control, now: now)
        guard case .forward(let slot) = decision else { return [] }
        return machine.routingID(of: slot) ?? []
    }

    private func tier(of name: String) throws -> Tier {
        machine.record[try InstanceName(name)]?.tier ?? .server
    }

    mutating func route(
        _ text: String, bytes: Int = 10, traffic: BrokerTraffic = .request
    ) throws -> BrokerDecision {
        let target = try BrokerTarget(
            Array(text.utf8).span, shardCounts: machine.record.placement.shardCounts)
        return machine.route(target, byteCount: bytes, traffic: traffic, now: now)
    }

    /// Lets time pass while every instance beats.
    mutating func pass(seconds: Int64, beating: [String] = []) throws {
        for _ in 0..<seconds {
            now += 1_000
            for (name, tier) in BrokerScenario.instances where beating.contains(name) {
                try beat(name, tier)
            }
            machine.tick(now: now, wall: wall)
        }
    }

    func state(of name: String) -> BrokerStatus.State? {
        machine.status(now: now).processes.first { $0.name.text == name }?.state
    }
}

extension Result where Failure == Refusal {
    /// The refusal; nil when it went well.
    var refusal: Refusal? {
        if case .failure(let refusal) = self { refusal } else { nil }
    }
}

extension BrokerDecision {
    var refusal: Refusal? {
        if case .refuse(let refusal) = self { refusal } else { nil }
    }
}
