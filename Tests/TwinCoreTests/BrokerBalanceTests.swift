import Testing
import TwinCore

@Suite("Who gets shards")
struct BrokerBalanceTests {
    private func name(_ text: String) throws -> InstanceName { try InstanceName(text) }

    /// Time passes while all of the cluster and these of the same tier beat.
    private func beat(
        _ scenario: inout BrokerScenario, seconds: Int64, _ others: [String], _ tier: Tier = .server
    ) throws {
        for _ in 0..<seconds {
            try scenario.pass(seconds: 1, beating: BrokerScenario.instances.map(\.0))
            for other in others { try scenario.beat(other, tier) }
        }
    }

    /// An instance that starts four times within a few seconds.
    private func joinUnsteadily(
        _ name: String, _ scenario: inout BrokerScenario, _ tier: Tier = .server
    ) throws {
        try scenario.join(name, tier)
        for process in UInt64(2)...4 {
            try beat(&scenario, seconds: 1, [name], tier)
            let slot = try #require(scenario.machine.slot(of: try scenario.connection(of: name)))
            scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
            _ = try scenario.rejoin(name, tier, process: process).get()
        }
        try beat(&scenario, seconds: 1, [name], tier)
    }

    private func targets(_ scenario: BrokerScenario) -> [String] {
        scenario.machine.record.placement.moves.map(\.to.text).sorted()
    }

    @Test("Four starts in ten minutes give no shards but by hand, whoever else joins")
    func unsteady() throws {
        var scenario = try BrokerScenario.running()
        try joinUnsteadily("server-c", &scenario)
        try scenario.join("server-d", .server)
        try beat(&scenario, seconds: 40, ["server-c", "server-d"])
        #expect(targets(scenario) == ["server-d", "server-d"])
        #expect(
            scenario.machine.status(now: scenario.now).warnings == [
                "server-c owns no shards and gets none by itself, because it has started 4 times "
                    + "in 10 min: twinctl rebalance server"
            ])
        scenario.machine.rebalance(.server)
        try beat(&scenario, seconds: 1, ["server-c", "server-d"])
        #expect(targets(scenario).contains("server-c"))
    }

    @Test("A young instance gets its share in another's balance, once it has beaten for 30 s")
    func young() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        try beat(&scenario, seconds: 20, ["server-c"])
        try scenario.join("server-d", .server)
        try beat(&scenario, seconds: 15, ["server-c", "server-d"])
        #expect(targets(scenario) == ["server-c", "server-c"])
        try beat(&scenario, seconds: 20, ["server-c", "server-d"])
        #expect(targets(scenario) == ["server-c", "server-c", "server-d", "server-d"])
    }

    @Test("A suspect instance gets nothing")
    func suspect() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        try scenario.join("server-d", .server)
        try beat(&scenario, seconds: 26, ["server-c", "server-d"])
        try beat(&scenario, seconds: 6, ["server-c"])
        #expect(scenario.state(of: "server-d") == .suspect)
        #expect(targets(scenario) == ["server-c", "server-c"])
    }

    @Test("What is drained goes to who is steady, and to anybody when there is nobody else")
    func drain() throws {
        var scenario = try BrokerScenario.running()
        try joinUnsteadily("server-c", &scenario)
        let plan = try scenario.machine.drain(try name("server-a"))
        #expect(plan.steps.map(\.to.text) == Array(repeating: "server-b", count: 4))
        try beat(&scenario, seconds: 2, ["server-c"])
        #expect(targets(scenario) == Array(repeating: "server-b", count: 4))

        var alone = try BrokerScenario.running()
        try joinUnsteadily("rack-b", &alone, .rack)
        let steps = try alone.machine.drain(try name("rack-a")).steps
        #expect(steps.count == 8 && steps.allSatisfy { $0.to.text == "rack-b" })
    }

    @Test("A person's balance goes on as a person's after a restart of the broker")
    func stored() throws {
        var scenario = try BrokerScenario.running()
        try joinUnsteadily("server-c", &scenario)
        scenario.machine.rebalance(.server)
        #expect(scenario.machine.record.isBalancingByHand(.server))
        #expect(scenario.machine.takeEffects().mustStore)
        try beat(&scenario, seconds: 1, ["server-c"])
        #expect(targets(scenario) == ["server-c", "server-c"])
    }

    @Test("Whoever is full gets nothing, and the others share what is left within one shard")
    func full() throws {
        var random = ShardRandom(seed: 11)
        for _ in 0..<200 {
            let count = Int(random.next() % 40) + 1
            let names = try (0..<(Int(random.next() % 5) + 1)).map { try name("server-\($0)") }
            let full = names.filter { _ in random.next() % 3 == 0 }
            var placement = Placement(shardCounts: ShardCounts(all: count))
            for index in 0..<UInt16(count) {
                placement[ShardID(tier: .server, index: index)] = .init(
                    instance: names[Int(random.next() % UInt64(names.count))], epoch: .first,
                    isBorn: true)
            }
            let plan = BalancePlan(
                of: placement, in: .server, givers: names, takers: names, full: full)
            for step in plan.steps { placement[step.shard]?.instance = step.to }
            #expect(plan.steps.allSatisfy { !full.contains($0.to) })
            guard full.count < names.count else {
                #expect(plan.steps.isEmpty)
                continue
            }
            let counts = names.filter { !full.contains($0) }
                .map { placement.shards(of: $0, in: .server).count }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
            for name in full {
                #expect(placement.shards(of: name, in: .server).count <= (counts.max() ?? 0) + 1)
            }
        }
    }
}
