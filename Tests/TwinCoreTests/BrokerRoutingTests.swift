import Testing
import TwinCore

struct BrokerRoutingTests {
    @Test("a key's destination is the owner of its CRC-32 shard")
    func byKey() throws {
        var scenario = try BrokerScenario.running()
        for number in 0..<64 {
            let key = try TwinKey("dc1-r\(number)-s\(number)")
            let index = key.shardIndex(shardCount: 8)
            let expected = index < 4 ? 0 : 1
            #expect(try scenario.route("server/\(key)") == .forward(slot: expected))
            #expect(try scenario.route("server#\(index)") == .forward(slot: expected))
        }
        #expect(try scenario.route("broker") == .answerHere)
        #expect(try scenario.route("rack@rack-a") == .forward(slot: 2))
    }

    @Test(
        "a destination that is none is refused with what was found",
        arguments: [
            "", "brokers", "server", "server/", "server/a b", "Server/x", "node/x", "server#",
            "server#8", "server#-1", "server#70000", "server@", "server@a/b", "/x", "dc#x",
        ])
    func malformed(text: String) throws {
        var scenario = try BrokerScenario.running()
        let refusal = #expect(throws: Refusal.self) { try scenario.route(text) }
        #expect(refusal?.code == .invalid)
        #expect(refusal?.wanted != nil)
    }

    @Test("every prefix and every changed byte of a destination is a target or a refusal")
    func hostileDestinations() {
        let counts = ShardCounts(all: 8)
        for text in ["server/dc1-r07-s12", "rack#7", "dc@dc-a", "broker"] {
            let bytes = Array(text.utf8)
            for count in 0...bytes.count {
                _ = target(Array(bytes.prefix(count)), counts)
            }
            for offset in bytes.indices {
                for value in UInt8.min...UInt8.max {
                    var changed = bytes
                    changed[offset] = value
                    if let target = target(changed, counts), case .shard(let shard) = target {
                        #expect(shard.index < 8)
                    }
                }
            }
        }
        let long = Array("server/".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 100_000)
        #expect(target(long, counts) == nil)
    }

    private func target(_ bytes: [UInt8], _ counts: ShardCounts) -> BrokerTarget? {
        do {
            return try BrokerTarget(bytes.span, shardCounts: counts)
        } catch {
            return nil
        }
    }

    @Test("unavailable names the owner and since when it is gone")
    func unavailable() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 15, beating: ["server-a", "rack-a", "dc-a"])
        let refusal = try scenario.route("server#5").refusal
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.message == "server#5 belongs to server-b, which is gone for 15 s")
        #expect(
            try scenario.route("server#5", traffic: .repeating).refusal?.code == .unavailable)
        #expect(try scenario.route("server#0") == .forward(slot: 0))

        var restarted = scenario.restarted()
        restarted.now += 4_000
        let awaited = try restarted.route("server@server-a").refusal
        #expect(awaited?.code == .unavailable)
        #expect(
            awaited?.message.contains("has not registered since this broker started 4 s") == true)
    }

    @Test("an instance nobody knows is an unknown address")
    func unknownInstance() throws {
        var scenario = try BrokerScenario.running()
        #expect(try scenario.route("server@server-z").refusal?.code == .unknownAddress)
        #expect(try scenario.route("rack@server-a").refusal?.code == .unknownAddress)
    }

    @Test("requests leave a quarter of the credit to control, receipts and statuses")
    func credit() throws {
        var scenario = try BrokerScenario.running()
        #expect(try scenario.route("server#0", bytes: 750) == .forward(slot: 0))
        scenario.machine.didForward(750, to: 0)
        #expect(try scenario.route("server#0", bytes: 1).refusal?.code == .overloaded)
        #expect(
            try scenario.route("server#0", bytes: 250, traffic: .repeating) == .forward(slot: 0))
        scenario.machine.didForward(250, to: 0)
        #expect(try scenario.route("server#0", bytes: 1, traffic: .repeating) == .drop)
        #expect(
            try scenario.route("server#0", bytes: 1, traffic: .control).refusal?.code == .overloaded
        )
    }

    @Test("credit is absolute: a lost or repeated grant does no harm")
    func absoluteCredit() throws {
        var scenario = try BrokerScenario.running()
        scenario.machine.didForward(1_000, to: 0)
        try scenario.beat("server-a", .server, number: 2, credit: 1_600)
        #expect(try scenario.route("server#0", bytes: 350) == .forward(slot: 0))
        try scenario.beat("server-a", .server, number: 2, credit: 1_600)
        try scenario.beat("server-a", .server, number: 1, credit: 1_000)
        #expect(try scenario.route("server#0", bytes: 350) == .forward(slot: 0))
        #expect(try scenario.route("server#0", bytes: 351).refusal?.code == .overloaded)
    }

    @Test("the answer to a beat names the bytes sent, so that no miscount lasts")
    func forwarded() throws {
        var scenario = try BrokerScenario.running()
        scenario.machine.didForward(300, to: 0)
        #expect(try scenario.beat("server-a", .server).forwarded == 300)
        #expect(try scenario.beat("server-b", .server).forwarded == 0)
        let again = try scenario.rejoin("server-a", .server, process: 1)
        #expect(try again.get().forwarded == 0, "a new connection begins anew")
    }

    @Test("a registration over the connection it was lost with forgets nothing that was sent")
    func lostAndBack() throws {
        var scenario = try BrokerScenario.running()
        let routingID = try scenario.connection(of: "server-a")
        scenario.machine.didForward(700, to: 0)
        try scenario.pass(seconds: 15, beating: ["server-b", "rack-a", "dc-a"])
        #expect(scenario.state(of: "server-a") == .lost)
        let registration = try BrokerScenario.registration(
            "server-a", .server, start: 1, cluster: BrokerScenario.clusterID,
            owned: try scenario.held(by: "server-a", .server))
        let grant = try scenario.machine.register(
            registration, routingID: routingID, now: scenario.now, wall: scenario.wall
        ).get()
        #expect(grant.forwarded == 700)
        // Nobody has said that it took them: they may all be on their way.
        #expect(try scenario.route("server#0", bytes: 50) == .forward(slot: 0))
        #expect(try scenario.route("server#0", bytes: 51).refusal?.code == .overloaded)
        try scenario.beat("server-a", .server, credit: 1_700, connection: grant.connection)
        #expect(try scenario.route("server#0", bytes: 750) == .forward(slot: 0))
        #expect(try scenario.route("server#0", bytes: 751).refusal?.code == .overloaded)
    }

    @Test("what was taken over another connection is no credit on this one")
    func creditOfAnother() throws {
        var scenario = try BrokerScenario.running()
        let first = try scenario.rejoin("server-a", .server, process: 1).get()
        scenario.machine.didForward(400, to: 0)
        let second = try scenario.rejoin("server-a", .server, process: 1).get()
        #expect(second.connection != first.connection)
        let answer = try scenario.beat(
            "server-a", .server, credit: 1_400, connection: first.connection)
        #expect(try scenario.route("server#0", bytes: 750) == .forward(slot: 0))
        #expect(try scenario.route("server#0", bytes: 751).refusal?.code == .overloaded)
        #expect(answer.connection == second.connection)
        #expect(answer.forwarded == 0)
        try scenario.beat("server-a", .server, credit: 1_100, connection: answer.connection)
        #expect(try scenario.route("server#0", bytes: 850) == .forward(slot: 0))
    }

    @Test("what was refused or dropped toward an instance is in its next beat's answer, once")
    func dropped() throws {
        var scenario = try BrokerScenario.running()
        scenario.machine.didForward(1_000, to: 0)
        _ = try scenario.route("server#0")
        _ = try scenario.route("server#1", traffic: .repeating)
        #expect(try scenario.beat("server-a", .server).dropped == 2)
        #expect(try scenario.beat("server-a", .server).dropped == 0)
        #expect(try scenario.beat("server-b", .server).dropped == 0)
    }

    @Test("a failed send loses the instance at once")
    func sendFails() throws {
        var scenario = try BrokerScenario.running()
        scenario.machine.sendFailed(to: 0, now: scenario.now, wall: scenario.wall)
        #expect(scenario.state(of: "server-a") == .lost)
        #expect(try scenario.route("server#0").refusal?.code == .unavailable)
        #expect(scenario.machine.takeEffects().notes.count == 1)
    }
}
