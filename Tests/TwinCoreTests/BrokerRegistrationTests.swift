import Testing
import TwinCore

struct BrokerRegistrationTests {
    @Test("an instance of another cluster is refused, both named")
    func otherCluster() throws {
        var scenario = try BrokerScenario.running()
        let refusal = scenario.register(
            try BrokerScenario.registration("server-x", .server, cluster: "other")
        ).refusal
        #expect(refusal?.code == .conflict)
        #expect(refusal?.found == "other")
        #expect(refusal?.wanted == BrokerScenario.clusterID)
        #expect(refusal?.hint?.contains("--state-dir") == true)
    }

    @Test("each start gets a higher number, and the first beat confirms it")
    func startNumbers() throws {
        var scenario = try BrokerScenario.running()
        let name = try InstanceName("server-a")
        #expect(scenario.machine.record[name]?.confirmedStart == 1)
        try scenario.pass(seconds: 11)
        let grant = try scenario.rejoin("server-a", .server, process: 2).get()
        #expect(grant.startNumber == 2)
        #expect(scenario.machine.record[name]?.confirmedStart == 1)
        try scenario.beat("server-a", .server)
        #expect(scenario.machine.record[name]?.confirmedStart == 2)
    }

    /// What an instance may bring after it was confirmed as 5 and offered 6.
    @Test(
        "the confirmed or offered start is taken, a higher one believed, others refused",
        arguments: [
            (5, 7), (6, 7), (9, 10), (4, nil), (0, nil),
        ] as [(UInt64, UInt64?)])
    func acceptedStarts(brought: UInt64, offered: UInt64?) throws {
        let name = try InstanceName("server-a")
        var record = BrokerRecord(
            clusterID: BrokerScenario.clusterID, configuration: ClusterConfiguration(),
            shardCounts: ShardCounts(all: 8))
        record.set(
            BrokerRecord.Member(
                name: name, tier: .server, confirmedStart: 5, offeredStart: 6))
        var scenario = BrokerScenario(record: record, bootstrap: nil)
        let result = scenario.register(
            try BrokerScenario.registration(
                "server-a", .server, start: brought, cluster: BrokerScenario.clusterID))
        switch result {
        case .success(let grant):
            #expect(grant.startNumber == offered)
            #expect(scenario.machine.record[name]?.offeredStart == offered)
            #expect(scenario.machine.takeEffects().mustStore)
        case .failure(let refusal):
            #expect(offered == nil)
            #expect(refusal.code == .conflict)
            #expect(refusal.message.contains("server-a"))
            #expect(refusal.hint != nil)
            #expect(scenario.machine.record == record)
        }
    }

    @Test("a second process with the name of a beating one is refused, naming it")
    func rival() throws {
        var scenario = try BrokerScenario.running()
        scenario.now += 400
        let second = try scenario.rejoin("server-a", .server, process: 2)
        #expect(second.refusal?.code == .conflict)
        #expect(second.refusal?.message.contains("server-a") == true)
        #expect(second.refusal?.message.contains("400 ms ago") == true)

        scenario.now += 3_000
        #expect(throws: Never.self) {
            try scenario.rejoin("server-a", .server, process: 2).get()
        }
    }

    @Test("a killed process found by a failed send does not keep its successor out")
    func successor() throws {
        var scenario = try BrokerScenario.running()
        let registration = try BrokerScenario.registration("server-a", .server, process: 2)
        let rival = try #require(scenario.machine.rival(of: registration))
        scenario.machine.sendFailed(to: rival.slot, now: scenario.now, wall: scenario.wall)
        #expect(scenario.machine.rival(of: registration) == nil)
        #expect(throws: Never.self) {
            try scenario.rejoin("server-a", .server, process: 2).get()
        }
    }

    @Test("the same process that reconnects gets a new route, new credit and its old start number")
    func reconnect() throws {
        var scenario = try BrokerScenario.running()
        let before = try scenario.connection(of: "server-a")
        scenario.machine.didForward(900, to: 0)
        #expect(try scenario.route("server@server-a", bytes: 200).refusal?.code == .overloaded)

        let grant = try scenario.rejoin("server-a", .server, process: 1).get()
        #expect(grant.startNumber == 1)
        #expect(try scenario.connection(of: "server-a") != before)
        #expect(try scenario.route("server@server-a", bytes: 200) == .forward(slot: 0))
        #expect(throws: Refusal.self) {
            try scenario.machine.registeredSlot(
                routingID: before, instance: "server-a", startNumber: 1)
        }
    }

    @Test("a name belongs to one tier")
    func tierOfName() throws {
        var scenario = try BrokerScenario.running()
        let refusal = scenario.register(try BrokerScenario.registration("server-a", .rack)).refusal
        #expect(refusal?.code == .conflict)
        #expect(refusal?.wanted == "server")
    }

    @Test("an owner whose state no longer holds a born shard is refused")
    func lostState() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 11)
        let refusal = scenario.register(
            try BrokerScenario.registration(
                "server-a", .server, start: 1, cluster: BrokerScenario.clusterID,
                owned: [OwnedShard(index: 0, epoch: .first)], process: 2)
        ).refusal
        #expect(refusal?.code == .conflict)
        #expect(refusal?.message.contains("owns 3 shards") == true)
        #expect(refusal?.message.contains("server#1") == true)
    }

    @Test("an owner that crashed before it made its shards may come back without them")
    func unbornShards() throws {
        var scenario = BrokerScenario()
        for (name, tier) in BrokerScenario.instances { try scenario.join(name, tier) }
        try scenario.pass(seconds: 11)
        let grant = try scenario.register(
            BrokerScenario.registration(
                "server-a", .server, cluster: BrokerScenario.clusterID, process: 2)
        ).get()
        #expect(grant.placement.shards(of: try InstanceName("server-a"), in: .server).count == 4)
    }

    /// Shard 5 is server-b's at epoch 1; server-a claims it beside its own.
    @Test(
        "a higher epoch is believed, the same one is a copy, a lower one is stale",
        arguments: [(2, true), (1, false)] as [(UInt32, Bool)])
    func claims(epoch: UInt32, isBelieved: Bool) throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 11, beating: ["server-b"])
        let owned =
            try scenario.held(by: "server-a", .server)
            + [OwnedShard(index: 5, epoch: Epoch(rawValue: epoch))]
        let result = scenario.register(
            try BrokerScenario.registration(
                "server-a", .server, start: 1, cluster: BrokerScenario.clusterID, owned: owned,
                process: 2))
        let owner = scenario.machine.record.placement[ShardID(tier: .server, index: 5)]
        if isBelieved {
            #expect(result.refusal == nil)
            #expect(owner?.instance.text == "server-a")
            #expect(owner?.epoch.rawValue == epoch)
            #expect(scenario.machine.takeEffects().tellsPlacement)
        } else {
            #expect(result.refusal?.code == .conflict)
            #expect(result.refusal?.message.contains("server-b") == true)
            #expect(owner?.instance.text == "server-b")
        }
    }

    @Test("an owner that was away while its shard got a higher epoch is told, not refused")
    func staleOwner() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 11, beating: ["server-a"])
        let shard = ShardID(tier: .server, index: 5)
        let stale = try scenario.held(by: "server-b", .server)
        let claims =
            try scenario.held(by: "server-a", .server)
            + [OwnedShard(index: 5, epoch: Epoch(rawValue: 2))]
        _ = try scenario.register(
            BrokerScenario.registration(
                "server-a", .server, start: 1, cluster: BrokerScenario.clusterID, owned: claims)
        ).get()
        let grant = try scenario.register(
            BrokerScenario.registration(
                "server-b", .server, start: 1, cluster: BrokerScenario.clusterID, owned: stale,
                process: 2)
        ).get()
        #expect(grant.placement[shard]?.instance.text == "server-a")
        #expect(grant.placement[shard]?.epoch.rawValue == 2)
    }

    @Test("an owner with an older epoch of its own shard is refused: an old copy is restored")
    func olderEpoch() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 11)
        var owned = try scenario.held(by: "dc-a", .dc)
        owned[0] = OwnedShard(index: 0, epoch: Epoch(rawValue: 4))
        let register = { (owned: [OwnedShard], start: UInt64, process: UInt64) in
            try BrokerScenario.registration(
                "dc-a", .dc, start: start, cluster: BrokerScenario.clusterID, owned: owned,
                process: process)
        }
        _ = try scenario.register(register(owned, 1, 2)).get()
        try scenario.pass(seconds: 11)
        owned[0] = OwnedShard(index: 0, epoch: Epoch(rawValue: 3))
        let refusal = scenario.register(try register(owned, 2, 3)).refusal
        #expect(refusal?.code == .conflict)
        #expect(refusal?.hint?.contains("restore") == true)
    }

    @Test("a restored instance gets epochs above the broker's own")
    func restored() throws {
        var scenario = try BrokerScenario.running()
        try scenario.pass(seconds: 11)
        let owned = try scenario.held(by: "rack-a", .rack)
        let grant = try scenario.register(
            BrokerScenario.registration(
                "rack-a", .rack, start: 1, cluster: BrokerScenario.clusterID, owned: owned,
                process: 2, restored: true)
        ).get()
        for index in UInt16(0)..<8 {
            let owner = grant.placement[ShardID(tier: .rack, index: index)]
            #expect(owner?.epoch.rawValue == 2)
        }
    }

    @Test("a backup is let in however often its instance has started since")
    func restoredAfterStarts() throws {
        var scenario = try BrokerScenario.running()
        let owned = try scenario.held(by: "rack-a", .rack)
        let register = { (start: UInt64, process: UInt64, restored: Bool) in
            try BrokerScenario.registration(
                "rack-a", .rack, start: start, cluster: BrokerScenario.clusterID, owned: owned,
                process: process, restored: restored)
        }
        for start in UInt64(1)...3 {
            try scenario.pass(seconds: 11)
            _ = try scenario.register(register(start, start + 1, false)).get()
        }
        try scenario.pass(seconds: 11)
        #expect(scenario.register(try register(1, 9, false)).refusal?.code == .conflict)
        let grant = try scenario.register(register(1, 9, true)).get()
        #expect(grant.startNumber > 4)
        #expect(grant.placement[ShardID(tier: .rack, index: 0)]?.epoch.rawValue == 2)
        // Asked again, as when the answer was lost, it is the same start.
        #expect(try scenario.register(register(1, 9, true)).get().startNumber == grant.startNumber)
        // What went wrong before it could store that number begins anew; no copy gets in.
        try scenario.pass(seconds: 11)
        #expect(scenario.register(try register(1, 10, false)).refusal?.code == .conflict)
        #expect(scenario.register(try register(4, 10, false)).refusal?.code == .conflict)
        let again = try scenario.register(register(1, 11, true)).get()
        #expect(again.startNumber > grant.startNumber)
    }

    @Test("a restored copy of a present owner's shards is refused")
    func restoredBesideTheOwner() throws {
        var scenario = try BrokerScenario.running()
        let refusal = scenario.register(
            try BrokerScenario.registration(
                "rack-b", .rack, cluster: BrokerScenario.clusterID,
                owned: try scenario.held(by: "rack-a", .rack), process: 2, restored: true)
        ).refusal
        #expect(refusal?.code == .conflict)
        #expect(refusal?.message.contains("rack-a") == true)
    }

    @Test("a refused registration changes nothing")
    func refusalChangesNothing() throws {
        var scenario = try BrokerScenario.running()
        let record = scenario.machine.record
        let connection = try scenario.connection(of: "server-a")
        _ = try scenario.rejoin("server-a", .server, process: 2)
        #expect(scenario.machine.record == record)
        #expect(try scenario.connection(of: "server-a") == connection)
        #expect(!scenario.machine.takeEffects().mustStore)
    }

    @Test("hostile numbers are refused before anything counts on them")
    func hostileNumbers() throws {
        var scenario = try BrokerScenario.running()
        let last = try BrokerScenario.registration("server-x", .server, start: .max)
        #expect(scenario.register(last).refusal?.code == .invalid)
        for epoch in [0, UInt32.max] {
            let claim = try BrokerScenario.registration(
                "server-x", .server, cluster: BrokerScenario.clusterID,
                owned: [OwnedShard(index: 0, epoch: Epoch(rawValue: epoch))])
            #expect(scenario.register(claim).refusal?.code == .invalid)
        }
        let beyond = try BrokerScenario.registration(
            "server-x", .server, cluster: BrokerScenario.clusterID,
            owned: [OwnedShard(index: 8, epoch: .first)])
        #expect(scenario.register(beyond).refusal?.code == .conflict)
    }

    @Test("a broker whose file is gone learns everything from registrations")
    func fileLost() throws {
        let before = try BrokerScenario.running()
        var after = BrokerScenario(bootstrap: nil)
        for (name, tier) in BrokerScenario.instances {
            _ = try after.register(
                BrokerScenario.registration(
                    name, tier, start: 1, cluster: BrokerScenario.clusterID,
                    owned: before.held(by: name, tier))
            ).get()
        }
        for tier in Tier.allCases {
            for index in UInt16(0)..<8 {
                let shard = ShardID(tier: tier, index: index)
                #expect(
                    after.machine.record.placement[shard] == before.machine.record.placement[shard])
            }
        }
        #expect(after.machine.record.clusterID == BrokerScenario.clusterID)
    }
}
