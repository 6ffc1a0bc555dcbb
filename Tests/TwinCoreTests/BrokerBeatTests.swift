import Testing
import TwinCore

struct BrokerBeatTests {
    @Test("an instance is suspect after 3 s without a beat and lost after 10 s")
    func silence() throws {
        var scenario = try BrokerScenario.running()
        #expect(scenario.state(of: "server-b") == .ok)
        let others = ["server-a", "rack-a", "dc-a"]
        try scenario.pass(seconds: 2, beating: others)
        #expect(scenario.state(of: "server-b") == .ok)
        try scenario.pass(seconds: 1, beating: others)
        #expect(scenario.state(of: "server-b") == .suspect)
        try scenario.pass(seconds: 6, beating: others)
        #expect(scenario.state(of: "server-b") == .suspect)
        try scenario.pass(seconds: 1, beating: others)
        #expect(scenario.state(of: "server-b") == .lost)
        #expect(scenario.state(of: "server-a") == .ok)
        #expect(
            scenario.machine.status(now: scenario.now).warnings
                == ["server-b is gone for 10 s: 4 shards are not served"])
    }

    @Test("a turn that waits for its commit longer than 2 s makes an instance suspect")
    func lateCommit() throws {
        var scenario = try BrokerScenario.running()
        var load = InstanceLoad()
        load.oldestTurnMilliseconds = 2_001
        try scenario.beat("server-a", .server, load: load)
        #expect(scenario.state(of: "server-a") == .suspect)
        let heard = try scenario.beat("rack-a", .rack).unheardServerShards
        #expect(heard.indices == [0, 1, 2, 3])
    }

    @Test("a parent hears which shards below it are absent or blind, and nothing of its own tier")
    func unheard() throws {
        var scenario = try BrokerScenario.running()
        try scenario.beat("server-b", .server, blind: [5])
        #expect(try scenario.beat("server-a", .server).unheardServerShards.isEmpty)
        #expect(try scenario.beat("rack-a", .rack).unheardServerShards.indices == [5])
        scenario.machine.sendFailed(to: 0, now: scenario.now, wall: scenario.wall)
        scenario.machine.sendFailed(to: 2, now: scenario.now, wall: scenario.wall)
        let reply = try scenario.beat("dc-a", .dc)
        #expect(reply.unheardServerShards.indices == [0, 1, 2, 3, 5])
        #expect(reply.unheardRackShards.count == 8)
    }

    @Test("the broker is young for 5 s after its start and after a pause")
    func young() throws {
        var scenario = try BrokerScenario.running()
        #expect(try scenario.beat("server-a", .server).isYoung)
        scenario.now += 5_000
        #expect(try !scenario.beat("server-a", .server).isYoung)
        scenario.now += 60_000
        scenario.machine.wasPaused(milliseconds: 60_000, now: scenario.now)
        #expect(try scenario.beat("server-a", .server).isYoung)
    }

    @Test("a pause of the broker blames no instance")
    func pause() throws {
        var scenario = try BrokerScenario.running()
        scenario.now += 60_000
        scenario.machine.wasPaused(milliseconds: 60_000, now: scenario.now)
        scenario.machine.tick(now: scenario.now, wall: scenario.wall)
        for (name, _) in BrokerScenario.instances { #expect(scenario.state(of: name) == .ok) }
    }

    @Test("the broker is behind when its client socket was not empty for 2 s")
    func behind() throws {
        var scenario = try BrokerScenario.running()
        scenario.now += 2_000
        #expect(try !scenario.beat("server-a", .server).isBehind)
        scenario.now += 1
        #expect(try scenario.beat("server-a", .server).isBehind)
        scenario.machine.clientSocketWasEmptied(now: scenario.now)
        #expect(try !scenario.beat("server-a", .server).isBehind)
    }

    @Test("a beat over a connection that is not registered is told to register")
    func unregistered() throws {
        var scenario = try BrokerScenario.running()
        let stale = Beat(
            number: 1, tier: .server, instance: try InstanceName("server-a"), startNumber: 1,
            credit: 0, blindShards: ShardSet(), owned: [], isStopping: false, load: InstanceLoad())
        let unknown = #expect(throws: Refusal.self) {
            try scenario.machine.beat(
                stale, routingID: [9, 9], now: scenario.now, wall: scenario.wall)
        }
        #expect(unknown?.code == .unauthorized)
        #expect(unknown?.hint?.contains("Register") == true)

        let routingID = try scenario.connection(of: "server-a")
        var other = stale
        other.startNumber = 7
        let wrong = #expect(throws: Refusal.self) {
            try scenario.machine.beat(
                other, routingID: routingID, now: scenario.now, wall: scenario.wall)
        }
        #expect(wrong?.wanted == "server-a, start 1")
    }

    @Test("a registered instance is recovering until its first beat, then ok, then stopping")
    func states() throws {
        var scenario = BrokerScenario()
        try scenario.join("server-a", .server)
        #expect(scenario.state(of: "server-a") == .recovering)
        try scenario.beat("server-a", .server)
        #expect(scenario.state(of: "server-a") == .ok)
        let routingID = try scenario.connection(of: "server-a")
        _ = try scenario.machine.beat(
            Beat(
                number: 2, tier: .server, instance: try InstanceName("server-a"), startNumber: 1,
                credit: 0, blindShards: ShardSet(), owned: [], isStopping: true,
                load: InstanceLoad()), routingID: routingID, now: scenario.now,
            wall: scenario.wall)
        #expect(scenario.state(of: "server-a") == .stopping)
    }

    @Test("status sums refusals of the broker and of all instances by code")
    func refusals() throws {
        var scenario = try BrokerScenario.running()
        scenario.machine.count(.unauthorized)
        var load = InstanceLoad()
        load.refused = ["unknown-address": 3, "unauthorized": 2, "no-such-code": 9]
        load.quarantined = 1
        load.warnings = ["disk is nearly full"]
        try scenario.beat("server-a", .server, load: load)
        let status = scenario.machine.status(now: scenario.now)
        #expect(status.refused == [.unauthorized: 3, .unknownAddress: 3])
        #expect(status.quarantined == 1)
        #expect(status.warnings == ["server-a: disk is nearly full"])
        #expect(status.processes.map(\.name.text) == ["server-a", "server-b", "rack-a", "dc-a"])
    }

    @Test("new settings of the broker are handed out at the next registration")
    func configuration() throws {
        let before = try BrokerScenario.running()
        var after = BrokerScenario(
            record: before.machine.record, bootstrap: nil,
            configuration: ClusterConfiguration(
                pageFrom: .warning, allowsSimulation: true, staleAfter: .minutes(5)))
        #expect(after.machine.takeEffects().mustStore)
        let grant = try after.rejoin("server-a", .server, process: 5).get()
        #expect(grant.configuration.pageFrom == .warning)
        #expect(grant.configuration.allowsSimulation)
        #expect(grant.configuration.staleAfter == .minutes(5))
    }
}
