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
        func adopt() throws -> Bool {
            try scenario.machine.adopt(shard, by: name("server-b"), mayBeginEmpty: true)
        }
        #expect(try adopt())
        let owner = scenario.machine.record.placement[shard]
        #expect(try !adopt())
        #expect(scenario.machine.record.placement[shard] == owner)
        #expect(owner?.epoch == Epoch(rawValue: 2))
    }

    @Test("Without a person's consent a shard goes only to who is known to hold it")
    func consent() throws {
        var scenario = try BrokerScenario.running()
        func refusal(_ to: String) throws -> Refusal? {
            let to = try name(to)
            do throws(Refusal) {
                try scenario.machine.adopt(shard, by: to, mayBeginEmpty: false)
                return nil
            } catch { return error }
        }
        try scenario.machine.move(shard, to: name("server-b"), now: scenario.now)
        let slot = try #require(
            scenario.machine.slot(of: try scenario.connection(of: "server-a")))
        scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
        // Whether the copy at server-b is whole only server-b knows.
        let going = try #require(try refusal("server-b"))
        #expect(going.code == .conflict)
        #expect(
            going.message
                == "server#1 was on its way from server-a to server-b and was not released: if its "
                + "copy at server-b is whole it is used, else the shard begins empty, and what "
                + "server-a holds of it is given up")
        #expect(
            going.hint
                == "start server-a again if that can be done; else twinctl adopt server#1 server-b "
                + "--yes")
        try scenario.join("server-c", .server)
        try scenario.beat("server-c", .server)
        let empty = try #require(try refusal("server-c"))
        #expect(
            empty.message
                == "server-c is not known to hold server#1: it would begin empty, without any of "
                + "its twins, and what server-a holds of it is given up")
        #expect(try scenario.machine.record.placement[shard]?.instance == name("server-a"))
        #expect(scenario.machine.record.placement.move(of: shard) != nil)
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

    @Test("When a whole tier stops at once, each instance is told at once that nobody takes shards")
    func wholeTierLeaves() throws {
        var scenario = try BrokerScenario.running()
        let (a, b) = (try InstanceName("server-a"), try InstanceName("server-b"))
        _ = try scenario.machine.drain(a, byItself: true)
        scenario.now += 1_000
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        #expect(!scenario.machine.record.placement.moves.isEmpty, "b takes what a gives")
        let last = "is the last server instance that is here: nobody could take its shards"
        #expect(throws: Refusal.self) { try scenario.machine.drain(b, byItself: true) }
        do {
            _ = try scenario.machine.drain(a, byItself: true)
            Issue.record("a would wait for b, which stops")
        } catch {
            #expect(error.code == .conflict && error.message == "server-a \(last)")
        }
        // Also after b has gone, until it starts again and might take shards.
        let slot = try #require(scenario.machine.slot(of: try scenario.connection(of: "server-b")))
        scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
        #expect(throws: Refusal.self) { try scenario.machine.drain(a, byItself: true) }
        _ = try scenario.rejoin("server-b", .server, process: 9).get()
        let plan = try scenario.machine.drain(a, byItself: true)
        #expect(!plan.steps.isEmpty)
    }

    @Test("One that stops waits for another that is gone for a moment, and for a person's drain")
    func oneLeaves() throws {
        var scenario = try BrokerScenario.running()
        let a = try InstanceName("server-a")
        _ = try scenario.machine.drain(a, byItself: true)
        let slot = try #require(scenario.machine.slot(of: try scenario.connection(of: "server-b")))
        scenario.machine.sendFailed(to: slot, now: scenario.now, wall: scenario.wall)
        #expect(try scenario.machine.drain(a, byItself: true).steps.isEmpty, "b may come back")
    }

    @Test("A shard that its owner does not hold yet is refused with whose it is and what to do")
    func unborn() throws {
        var scenario = BrokerScenario()
        for (name, tier) in BrokerScenario.instances { try scenario.join(name, tier) }
        let shard = ShardID(tier: .server, index: 1)
        let owner = try #require(scenario.machine.record.placement[shard]?.instance)
        let other = try InstanceName(owner.text == "server-a" ? "server-b" : "server-a")
        do {
            try scenario.machine.move(shard, to: other, now: scenario.now)
            Issue.record("it moved before it was born")
        } catch {
            #expect(error.code == .unavailable)
            #expect(
                error.message
                    == "\(owner) was given server#1 a moment ago and has not said yet that it "
                    + "holds it")
            #expect(error.hint == "its next beat says so: try again in a second")
        }
        for (name, tier) in BrokerScenario.instances { try scenario.beat(name, tier) }
        #expect(try scenario.machine.move(shard, to: other, now: scenario.now))

        var empty = BrokerScenario(bootstrap: nil)
        #expect {
            try empty.machine.move(shard, to: other, now: empty.now)
        } throws: { error in
            (error as? Refusal)?.message == "server#1 has no owner"
        }
    }
}
