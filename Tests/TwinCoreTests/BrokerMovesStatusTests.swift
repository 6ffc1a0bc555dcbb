import Testing
import TwinCore

@Suite("The broker says how its shards move")
struct BrokerMovesStatusTests {
    private let shard = ShardID(tier: .server, index: 1)

    private func name(_ text: String) throws -> InstanceName { try InstanceName(text) }

    private func take(
        _ step: MoveReport.Step, digest: UInt64? = nil, _ scenario: inout BrokerScenario
    ) throws {
        let slot = try #require(scenario.machine.slot(of: try scenario.connection(of: "server-a")))
        let report = MoveReport(
            index: shard.index, to: try name("server-b"), epoch: Epoch(rawValue: 2),
            number: scenario.machine.record.placement.move(of: shard)?.number ?? 0, step: step,
            digest: digest)
        scenario.machine.take(report, from: slot, now: scenario.now)
    }

    private func beat(_ scenario: inout BrokerScenario, seconds: Int64) throws {
        for _ in 0..<seconds {
            try scenario.pass(seconds: 1, beating: BrokerScenario.instances.map(\.0))
            try scenario.beat("server-c", .server)
        }
    }

    private func warnings(_ scenario: BrokerScenario) -> [String] {
        scenario.machine.status(now: scenario.now).warnings
    }

    @Test("A move is copied, held and released, and then it is no more")
    func phases() throws {
        var scenario = try BrokerScenario.running()
        func phase() -> BrokerStatus.Move.Phase? {
            scenario.machine.status(now: scenario.now).moves.first?.phase
        }
        #expect(phase() == nil)
        try scenario.machine.move(shard, to: name("server-b"), now: scenario.now)
        let move = try #require(scenario.machine.status(now: scenario.now).moves.first)
        #expect(move.shard == shard && move.phase == .copying)
        #expect(move.from.text == "server-a" && move.to.text == "server-b")
        try take(.ready, &scenario)
        #expect(phase() == .held)
        try take(.released, digest: 9, &scenario)
        #expect(phase() == .released)
    }

    @Test("A new instance is told when it gets its share, and not while it does")
    func joining() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        try beat(&scenario, seconds: 20)
        #expect(warnings(scenario) == ["server-c owns no shards yet and gets its share in 10 s"])
        try beat(&scenario, seconds: 12)
        #expect(scenario.machine.record.placement.moves.isEmpty == false)
        #expect(warnings(scenario).isEmpty)
    }

    @Test("With manual rebalancing nothing moves by itself, and status says what to type")
    func manual() throws {
        var scenario = try BrokerScenario.running(rebalancesByItself: false)
        try scenario.join("server-c", .server)
        try beat(&scenario, seconds: 60)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        #expect(
            warnings(scenario) == [
                "server-c owns no shards, and rebalance is manual: twinctl rebalance server"
            ])
        scenario.machine.rebalance(.server)
        try beat(&scenario, seconds: 2)
        #expect(scenario.machine.record.placement.moves.count == 2)
    }

    @Test("A joiner to whom nobody here can give a shard changes nothing, second after second")
    func nothingToGive() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        // Those who have the shards are away.
        for _ in 0..<40 {
            try scenario.pass(seconds: 1, beating: ["rack-a", "dc-a"])
            try scenario.beat("server-c", .server)
        }
        _ = scenario.machine.takeEffects()
        for _ in 0..<5 {
            try scenario.pass(seconds: 1, beating: ["rack-a", "dc-a"])
            try scenario.beat("server-c", .server)
        }
        let effects = scenario.machine.takeEffects()
        #expect(!effects.mustStore && effects.notes.isEmpty)
        #expect(
            warnings(scenario).contains("server-c owns no shards: nobody here has one to give"))
    }

    @Test("A drained instance that owns nothing is no trouble, here or gone")
    func drained() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        try beat(&scenario, seconds: 1)
        try scenario.machine.drain(try name("server-c"))
        func drained() throws -> BrokerStatus.Process {
            try #require(
                scenario.machine.status(now: scenario.now).processes
                    .first { $0.name.text == "server-c" })
        }
        let here = try drained()
        #expect(here.isDraining && warnings(scenario).isEmpty)
        try scenario.pass(seconds: 60, beating: BrokerScenario.instances.map(\.0))
        let gone = try drained()
        #expect(gone.state == .lost && gone.isDraining)
        #expect(warnings(scenario).isEmpty)
        // Started again it is as any new one.
        _ = try scenario.rejoin("server-c", .server, process: 2).get()
        #expect(try !drained().isDraining)
    }

    @Test("An instance's own word to be emptied ends with its process; a person's outlasts it")
    func leaving() throws {
        for byItself in [true, false] {
            var scenario = try BrokerScenario.running()
            let name = try name("server-a")
            try scenario.machine.drain(name, byItself: byItself)
            // The same process over a new connection.
            _ = try scenario.rejoin("server-a", .server, process: 1).get()
            #expect(scenario.machine.record.isDraining(name))
            let slot = try #require(
                scenario.machine.slot(of: try scenario.connection(of: "server-a")))
            scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
            _ = try scenario.rejoin("server-a", .server, process: 2).get()
            #expect(scenario.machine.record.isDraining(name) == !byItself)
        }
    }

    @Test("A shard is adopted once, however often it is said")
    func adoptedTwice() throws {
        var scenario = try BrokerScenario.running()
        let slot = try #require(
            scenario.machine.slot(of: try scenario.connection(of: "server-a")))
        scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
        #expect(try scenario.machine.adopt(shard, by: name("server-b")))
        let owner = scenario.machine.record.placement[shard]
        #expect(try !scenario.machine.adopt(shard, by: name("server-b")))
        #expect(scenario.machine.record.placement[shard] == owner)
        #expect(owner?.epoch == Epoch(rawValue: 2))
    }

    @Test("A person's word makes an instance's own last")
    func drainedByBoth() throws {
        var record = BrokerRecord(
            configuration: ClusterConfiguration(), shardCounts: ShardCounts(all: 1))
        let name = try name("server-a")
        record.drain(name, byItself: true)
        #expect(record.isLeaving(name))
        let isNews = record.drain(name)
        #expect(isNews && !record.isLeaving(name) && record.isDraining(name))
        let isNewsAgain = record.drain(name, byItself: true)
        #expect(!isNewsAgain && !record.isLeaving(name))
    }
}
