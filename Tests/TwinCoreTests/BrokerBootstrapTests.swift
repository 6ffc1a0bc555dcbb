import Testing
import TwinCore

struct BrokerBootstrapTests {
    @Test("shards are dealt evenly in name order once every awaited instance is there")
    func deals() throws {
        var scenario = BrokerScenario()
        try scenario.join("server-b", .server)
        try scenario.join("rack-a", .rack)
        try scenario.join("dc-a", .dc)
        #expect(scenario.machine.record.placement.isEmpty)
        _ = scenario.machine.takeEffects()

        let grant = try scenario.join("server-a", .server)
        #expect(grant.clusterId == BrokerScenario.clusterID)
        #expect(grant.placement.isComplete)
        #expect(grant.placement.version == 1)
        let a = grant.placement.shards(of: try InstanceName("server-a"), in: .server)
        let b = grant.placement.shards(of: try InstanceName("server-b"), in: .server)
        #expect(a.map(\.index) == [0, 1, 2, 3])
        #expect(b.map(\.index) == [4, 5, 6, 7])
        #expect(grant.placement[ShardID(tier: .dc, index: 7)]?.epoch == .first)
        #expect(grant.placement[ShardID(tier: .dc, index: 7)]?.isBorn == false)
    }

    @Test("the placement and every start number are stored before anyone is told")
    func storesFirst() throws {
        var scenario = BrokerScenario()
        for (name, tier) in BrokerScenario.instances {
            try scenario.join(name, tier)
            #expect(scenario.machine.takeEffects().mustStore)
        }
        try scenario.beat("server-a", .server)
        let born = scenario.machine.takeEffects()
        #expect(born.mustStore)
        #expect(born.tellsPlacement)
        try scenario.beat("server-a", .server)
        #expect(scenario.machine.takeEffects() == BrokerEffects())
    }

    @Test("shares differ by one shard at most", arguments: 1...9, [1, 7, 256])
    func shares(instances: Int, shards: Int) {
        var counts = [Int](repeating: 0, count: instances)
        for index in 0..<shards {
            counts[BootstrapPlan.share(of: index, among: instances, shardCount: shards)] += 1
        }
        #expect(counts.reduce(0, +) == shards)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }

    @Test("every 10 s, and in status, it says who is missing and what to start")
    func saysWhoIsMissing() throws {
        var scenario = BrokerScenario()
        try scenario.join("server-a", .server)
        try scenario.join("rack-a", .rack)
        let missing = scenario.machine.status(now: scenario.now).warnings
        #expect(missing.count == 2)
        #expect(missing[0].contains("1 of 2 server instances: start server-twin-svc"))
        #expect(missing[1].contains("1 of 1 dc instances: start dc-twin-svc"))

        _ = scenario.machine.takeEffects()
        var said = 0
        for _ in 0..<100 {
            scenario.now += 100
            try scenario.beat("server-a", .server)
            try scenario.beat("rack-a", .rack)
            scenario.machine.tick(now: scenario.now, wall: scenario.wall)
            said += scenario.machine.takeEffects().notes.count { $0.sentence.contains("waits for") }
        }
        #expect(said == 2)
    }

    @Test("an instance that is away when the others are complete is still waited for")
    func waitsForThePresent() throws {
        var scenario = BrokerScenario()
        try scenario.join("server-a", .server)
        try scenario.pass(seconds: 11)
        for name in ["server-b", "rack-a", "dc-a"] {
            let tier = BrokerScenario.instances.first { $0.0 == name }?.1 ?? .server
            try scenario.join(name, tier)
        }
        #expect(scenario.machine.record.placement.isEmpty)
        try scenario.join("server-c", .server)
        #expect(scenario.machine.record.placement.isComplete)
        #expect(try scenario.held(by: "server-a", .server).isEmpty)
    }

    @Test("with a stored placement a bootstrap is ignored")
    func ignoresBootstrap() throws {
        let running = try BrokerScenario.running()
        let plan = BootstrapPlan(server: 5, rack: 5, dc: 5)
        let scenario = running.restarted(bootstrap: plan)
        #expect(scenario.machine.record == running.machine.record)
        #expect(
            scenario.machine.status(now: scenario.now).warnings.allSatisfy { !$0.contains("waits") }
        )
    }

    @Test("a bootstrap that was interrupted before the deal goes on")
    func resumes() throws {
        var first = BrokerScenario()
        try first.join("server-a", .server)
        var second = first.restarted(bootstrap: BootstrapPlan(server: 1, rack: 1, dc: 1))
        _ = try second.rejoin("server-a", .server, process: 1).get()
        try second.join("rack-a", .rack)
        try second.join("dc-a", .dc)
        #expect(second.machine.record.placement.isComplete)
        #expect(second.machine.record.clusterID == BrokerScenario.clusterID)
    }

    @Test("a registration that claims shards cancels the bootstrap with an error")
    func cancelled() throws {
        var scenario = BrokerScenario()
        let claim = try BrokerScenario.registration(
            "server-a", .server, start: 9, cluster: "abcdef",
            owned: [OwnedShard(index: 3, epoch: Epoch(rawValue: 2))])
        let grant = try scenario.register(claim).get()
        #expect(grant.clusterId == "abcdef")
        let effects = scenario.machine.takeEffects()
        #expect(effects.notes.contains { $0.level == .error })
        for (name, tier) in BrokerScenario.instances.dropFirst() { try scenario.join(name, tier) }
        #expect(!scenario.machine.record.placement.isComplete)
        #expect(
            scenario.machine.status(now: scenario.now).warnings
                .contains { $0.contains("bootstrap was cancelled") })
    }

    @Test("without file and flag nothing is granted, but claims are taken")
    func grantsNothing() throws {
        var scenario = BrokerScenario(bootstrap: nil)
        let empty = scenario.register(try BrokerScenario.registration("server-a", .server))
        #expect(empty.refusal?.code == .unavailable)
        let decision = try scenario.route("server/x").refusal
        #expect(decision?.code == .unavailable)
        #expect(decision?.hint?.contains("--bootstrap") == true)

        let owned = (0..<4).map { OwnedShard(index: $0, epoch: Epoch(rawValue: 3)) }
        let grant = try scenario.register(
            BrokerScenario.registration(
                "server-b", .server, start: 4, cluster: "abcdef", owned: owned)
        ).get()
        #expect(grant.clusterId == "abcdef")
        #expect(grant.startNumber == 5)
        #expect(try scenario.route("server#2") == .forward(slot: 0))
        #expect(try scenario.route("server#4").refusal?.code == .unavailable)
    }

    @Test("an instance that joins later owns nothing, and status says when it will")
    func joinsLater() throws {
        var scenario = try BrokerScenario.running()
        let grant = try scenario.join("server-c", .server)
        #expect(grant.placement.shards(of: try InstanceName("server-c"), in: .server).isEmpty)
        try scenario.beat("server-c", .server)
        #expect(
            scenario.machine.status(now: scenario.now).warnings == [
                "server-c owns no shards yet and gets its share in 30 s"
            ])
    }
}
