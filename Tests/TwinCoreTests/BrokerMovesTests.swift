import Testing
import TwinCore

@Suite("The broker moves shards")
struct BrokerMovesTests {
    private let shard = ShardID(tier: .server, index: 1)

    private func name(_ text: String) throws -> InstanceName { try InstanceName(text) }

    private func slot(of name: String, in scenario: BrokerScenario) throws -> Int {
        try #require(scenario.machine.slot(of: try scenario.connection(of: name)))
    }

    private func report(
        _ step: MoveReport.Step, number: UInt64 = Self.number, digest: UInt64? = nil
    ) throws -> MoveReport {
        MoveReport(
            index: shard.index, to: try name("server-b"), epoch: Epoch(rawValue: 2),
            number: number, step: step, digest: digest)
    }

    /// The move's number: the version of the placement that intends it, after the one that a
    /// running cluster has.
    private static let number: UInt64 = 6

    private func take(
        _ report: MoveReport, from name: String, _ scenario: inout BrokerScenario
    ) throws -> BrokerEffects {
        scenario.machine.take(
            report, from: try slot(of: name, in: scenario), now: scenario.now)
        return scenario.machine.takeEffects()
    }

    /// A cluster in which shard 1 is on its way from server-a to server-b.
    private func moving() throws -> BrokerScenario {
        var scenario = try BrokerScenario.running()
        #expect(try scenario.machine.move(shard, to: name("server-b"), now: scenario.now))
        let effects = scenario.machine.takeEffects()
        #expect(effects.mustStore && effects.tellsPlacement)
        return scenario
    }

    @Test("A move is stored before it is told, holds from the marker on, and ends with its owner")
    func wholeMove() throws {
        var scenario = try moving()
        #expect(try scenario.route("server#1") == .forward(slot: 0))

        let ready = try take(try report(.ready), from: "server-a", &scenario)
        #expect(ready.freezes.map(\.order) == [FreezeOrder(index: 1, number: Self.number)])
        #expect(try scenario.route("server#1") == .hold(shard))
        #expect(try scenario.route("server#2") == .forward(slot: 0))

        let released = try take(try report(.released, digest: 9), from: "server-a", &scenario)
        #expect(released.mustStore && released.tellsPlacement && released.unheld.isEmpty)
        #expect(scenario.machine.record.placement.move(of: shard)?.releasedDigest == 9)

        let active = try take(try report(.active), from: "server-b", &scenario)
        #expect(active.mustStore && active.unheld == [shard])
        #expect(try scenario.route("server#1") == .forward(slot: 1))
        #expect(scenario.machine.record.placement.moves.isEmpty)
        #expect(scenario.machine.record.placement[shard]?.epoch == Epoch(rawValue: 2))

        // Repeats change nothing.
        #expect(try take(try report(.active), from: "server-b", &scenario) == BrokerEffects())
        #expect(
            try take(try report(.released, digest: 9), from: "server-a", &scenario)
                == BrokerEffects())
    }

    @Test("When one side goes nothing waits any more, and only the owner ends the move")
    func oneSideGone() throws {
        for gone in ["server-a", "server-b"] {
            var scenario = try moving()
            _ = try take(try report(.ready), from: "server-a", &scenario)
            scenario.machine.sendFailed(
                to: try slot(of: gone, in: scenario), now: scenario.now, wall: scenario.wall)
            #expect(scenario.machine.takeEffects().unheld == [shard])
            // It may have released the shard a moment ago.
            #expect(scenario.machine.record.placement.move(of: shard) != nil)
            #expect(try scenario.machine.record.placement[shard]?.instance == name("server-a"))
        }
    }

    @Test("An owner is told at once that the new one is gone, or lost what was sent to it")
    func ownerIsTold() throws {
        var scenario = try moving()
        let owner = try slot(of: "server-a", in: scenario)
        let new = try slot(of: "server-b", in: scenario)
        let order = ThawOrder(
            index: 1, number: Self.number, reason: "server-b is gone: its connection is gone")
        scenario.machine.sendFailed(to: new, now: scenario.now, wall: scenario.wall)
        let told = scenario.machine.takeEffects().thaws
        #expect(told.map(\.slot) == [owner])
        #expect(told.map(\.order) == [order])

        scenario = try moving()
        _ = try scenario.rejoin("server-b", .server, process: 1).get()
        let thaws = scenario.machine.takeEffects().thaws
        #expect(thaws.map(\.slot) == [owner])
        #expect(thaws.map(\.order.number) == [Self.number])

        // Over the same connection nothing is lost; what the owner has released is its no more.
        scenario = try moving()
        let again = try BrokerScenario.registration(
            "server-b", .server, start: 1, cluster: BrokerScenario.clusterID,
            owned: scenario.held(by: "server-b", .server))
        let connection = try scenario.connection(of: "server-b")
        _ = try scenario.machine.register(
            again, routingID: connection, now: scenario.now, wall: scenario.wall
        ).get()
        #expect(scenario.machine.takeEffects().thaws.isEmpty)
        _ = try take(try report(.released, digest: 9), from: "server-a", &scenario)
        scenario.machine.sendFailed(to: new, now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.takeEffects().thaws.isEmpty)
    }

    @Test("While a shard's messages wait its new owner is probed ten times a second")
    func probes() throws {
        var scenario = try moving()
        let new = try slot(of: "server-b", in: scenario)
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.takeEffects().probes.isEmpty)
        #expect(try take(try report(.ready), from: "server-a", &scenario).probes == [new])
        // The owner repeats itself; the broker's own ticks are enough.
        #expect(try take(try report(.ready), from: "server-a", &scenario).probes.isEmpty)
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.takeEffects().probes == [new])
        _ = try take(try report(.aborted), from: "server-a", &scenario)
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.takeEffects().probes.isEmpty)
    }

    @Test("The owner gives a move up, and an older word of it changes no later one")
    func givenUp() throws {
        var scenario = try moving()
        #expect(
            try take(report(.aborted, number: 2), from: "server-a", &scenario) == BrokerEffects())
        _ = try take(try report(.ready), from: "server-a", &scenario)
        let effects = try take(report(.aborted), from: "server-a", &scenario)
        #expect(effects.unheld == [shard] && effects.tellsPlacement)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        try scenario.machine.move(shard, to: name("server-b"), now: scenario.now)
        #expect(try take(report(.aborted), from: "server-a", &scenario).unheld.isEmpty)
        #expect(scenario.machine.record.placement.move(of: shard) != nil)
    }

    @Test("An owner that registers again with the shard has not released it: the move is over")
    func ownerRestarts() throws {
        var scenario = try moving()
        scenario.now += 20_000
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        _ = try scenario.rejoin("server-a", .server, process: 2).get()
        #expect(scenario.machine.record.placement.moves.isEmpty)
        #expect(try scenario.route("server#1") == .forward(slot: 0))
    }

    @Test("A release that comes after its move was given up is believed all the same")
    func lateRelease() throws {
        var scenario = try moving()
        _ = try take(try report(.aborted), from: "server-a", &scenario)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        _ = try take(try report(.released, digest: 9), from: "server-a", &scenario)
        #expect(try scenario.machine.record.placement.move(of: shard)?.to == name("server-b"))
        #expect(try scenario.route("server#1").refusal?.code == .unavailable)
    }

    @Test("A released shard whose new owner is gone is unavailable, and says what to start")
    func newOwnerGone() throws {
        var scenario = try moving()
        _ = try take(try report(.ready), from: "server-a", &scenario)
        _ = try take(try report(.released, digest: 9), from: "server-a", &scenario)
        scenario.machine.sendFailed(
            to: try slot(of: "server-b", in: scenario), now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.takeEffects().unheld == [shard])
        scenario.now += 8_000
        let refusal = try #require(try scenario.route("server#1").refusal)
        #expect(refusal.code == .unavailable)
        #expect(refusal.message.contains("server-b, which is gone for 8 s"))
        #expect(refusal.hint?.contains("twinctl adopt server#1 server-a") == true)

        try scenario.machine.adopt(shard, by: name("server-a"), mayBeginEmpty: false)
        let owner = try #require(scenario.machine.record.placement[shard])
        #expect(try owner.instance == name("server-a"))
        #expect(owner.epoch == Epoch(rawValue: 3))
    }

    @Test("A broker that lost its file learns of a release from the registration")
    func lostFile() throws {
        var scenario = BrokerScenario(bootstrap: nil)
        let released = ReleasedShard(
            index: 1, to: try name("server-b"), epoch: Epoch(rawValue: 2), digest: 9)
        var registration = try BrokerScenario.registration(
            "server-a", .server, start: 3, cluster: "c1",
            owned: [OwnedShard(index: 0, epoch: .first)])
        registration.released = [released]
        _ = try scenario.register(registration).get()
        let move = try #require(scenario.machine.record.placement.move(of: shard))
        #expect(try move.to == name("server-b"))
        #expect(move.releasedDigest == 9)
    }

    @Test("A hold that lasts too long lets its messages go")
    func longHold() throws {
        var scenario = try moving()
        _ = try take(try report(.ready), from: "server-a", &scenario)
        try scenario.pass(seconds: 6, beating: BrokerScenario.instances.map(\.0))
        #expect(scenario.machine.takeEffects().unheld == [shard])
        #expect(try scenario.route("server#1") == .forward(slot: 0))
    }

    @Test("An impossible move is refused with the reason and what to do")
    func refusals() throws {
        var scenario = try BrokerScenario.running()
        func code(_ shard: ShardID, _ to: String) throws -> Refusal.Code? {
            let to = try name(to)
            do throws(Refusal) {
                try scenario.machine.move(shard, to: to, now: scenario.now)
                return nil
            } catch {
                #expect(error.hint != nil || error.wanted != nil)
                return error.code
            }
        }
        #expect(try code(ShardID(tier: .server, index: 99), "server-b") == .invalid)
        #expect(try code(shard, "server-x") == .unknownAddress)
        #expect(try code(shard, "rack-a") == .unknownAddress)
        #expect(try code(shard, "server-a") == nil)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        for index in 0..<Limits.movesInFlightMax {
            #expect(try code(ShardID(tier: .server, index: UInt16(index)), "server-b") == nil)
        }
        #expect(try code(ShardID(tier: .server, index: 4), "server-a") == .overloaded)
    }

    // MARK: joins and drains

    private func beat(_ scenario: inout BrokerScenario, seconds: Int64) throws {
        let all = BrokerScenario.instances.map(\.0)
        for _ in 0..<seconds {
            try scenario.pass(seconds: 1, beating: all)
            if scenario.machine.record[try name("server-c")] != nil {
                try scenario.beat("server-c", .server)
            }
        }
    }

    @Test("A new instance gets its share after 30 s of beats, and as few shards move as can")
    func join() throws {
        var scenario = try BrokerScenario.running()
        try scenario.join("server-c", .server)
        try beat(&scenario, seconds: 28)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        try beat(&scenario, seconds: 4)
        let moves = scenario.machine.record.placement.moves
        #expect(moves.count == 2)
        #expect(moves.allSatisfy { $0.to.text == "server-c" })
        #expect(Set(moves.map(\.from.text)) == ["server-a", "server-b"])
    }

    @Test("An absent instance keeps its shards")
    func absence() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 120, beating: ["server-a", "rack-a", "dc-a"])
        #expect(scenario.state(of: "server-b") == .lost)
        #expect(scenario.machine.record.placement.moves.isEmpty)
        #expect(scenario.machine.plan(for: .server).steps.isEmpty)
    }

    @Test("A drained instance is emptied; the last of its tier refuses")
    func drain() throws {
        var scenario = try BrokerScenario.running()
        let refusal = #expect(throws: Refusal.self) {
            try scenario.machine.drain(try name("rack-a"))
        }
        #expect(refusal?.code == .conflict)
        let plan = try scenario.machine.drain(try name("server-a"))
        #expect(plan.steps.count == 4)
        #expect(plan.steps.allSatisfy { $0.to.text == "server-b" })
        try beat(&scenario, seconds: 2)
        #expect(scenario.machine.record.placement.moves.count == Limits.movesInFlightMax)
    }

    @Test("A balanced placement is within one shard, whoever holds what")
    func balanced() throws {
        var random = ShardRandom(seed: 7)
        for _ in 0..<200 {
            let count = Int(random.next() % 40) + 1
            let names = try (0..<(Int(random.next() % 5) + 1)).map { try name("server-\($0)") }
            var placement = Placement(shardCounts: ShardCounts(all: count))
            for index in 0..<UInt16(count) {
                placement[ShardID(tier: .server, index: index)] = .init(
                    instance: names[Int(random.next() % UInt64(names.count))], epoch: .first,
                    isBorn: true)
            }
            let plan = BalancePlan(of: placement, in: .server, givers: names, takers: names)
            let least = names.map { max(0, placement.shards(of: $0, in: .server).count) }
            for step in plan.steps { placement[step.shard]?.instance = step.to }
            let counts = names.map { placement.shards(of: $0, in: .server).count }
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
            // Nobody gives and takes.
            let givers = Set(plan.steps.map(\.from))
            #expect(givers.isDisjoint(with: plan.steps.map(\.to)))
            let gained = zip(counts, least).reduce(0) { $0 + max(0, $1.0 - $1.1) }
            #expect(plan.steps.count == gained)
        }
    }
}
