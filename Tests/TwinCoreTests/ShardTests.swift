import Msgpack
import Testing
import TwinCore

@Suite("Shard")
struct ShardTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test("A replayed shard of servers is the live one, bit by bit", arguments: seeds)
    func serverReplay(seed: UInt64) throws { try replay(ServerScript.self, seed: seed) }

    @Test("A replayed shard of racks is the live one, bit by bit", arguments: seeds)
    func rackReplay(seed: UInt64) throws { try replay(RackScript.self, seed: seed) }

    @Test("A replayed shard of data centers is the live one, bit by bit", arguments: seeds)
    func datacenterReplay(seed: UInt64) throws { try replay(DatacenterScript.self, seed: seed) }

    /// Runs a random story; compares after each third of it with a replay from nothing and with
    /// one from rows of which some are old.
    private func replay<Script: ShardScript>(_ script: Script.Type, seed: UInt64) throws {
        var random = ShardRandom(seed: seed)
        var bench = ShardReplayBench<Script.Twin>()
        var files: ShardReplayBench<Script.Twin>.Files?
        bench.take(.observation(isObserving: true, floor: .zero))
        for turn in 1...240 {
            for _ in 0..<random.below(5) { script.act(&bench, &random) }
            let isLong = random.once(in: 100)
            let passed = isLong ? Milliseconds.hours(25) : .seconds(Int64(random.below(9)))
            bench.closeTurn(passed: passed)
            if random.once(in: 9) { files = try bench.writeRows(limit: random.below(4)) }
            guard turn.isMultiple(of: 60) else { continue }
            let fromNothing = try bench.recovered(from: nil)
            #expect(
                try bench.differences(to: fromNothing) == [],
                "seed \(seed), turn \(turn), from nothing")
            let fromRows = try bench.recovered(from: files)
            #expect(
                try bench.differences(to: fromRows) == [],
                "seed \(seed), turn \(turn), from rows and record \(files?.journalFrom ?? 0)")
        }
        #expect(bench.shard.nextOrdinal > 1, "seed \(seed): a story without twins")
    }

    @Test("A restored shard goes on like one that never stopped", arguments: seeds)
    func goesOn(seed: UInt64) throws {
        var random = ShardRandom(seed: seed)
        var bench = ShardReplayBench<ServerTwin>()
        bench.take(.observation(isObserving: true, floor: .zero))
        var files: ShardReplayBench<ServerTwin>.Files?
        for _ in 0..<150 {
            for _ in 0..<3 { ServerScript.act(&bench, &random) }
            bench.closeTurn(passed: .seconds(Int64(random.below(9))))
            files = try bench.writeRows(limit: 2)
        }
        var restored = bench
        restored.shard = try bench.recovered(from: files)
        restored.alerts = bench.alerts
        var other = random
        for _ in 0..<100 {
            for _ in 0..<3 { ServerScript.act(&bench, &random) }
            bench.closeTurn(passed: .seconds(Int64(random.below(9))))
        }
        for _ in 0..<100 {
            for _ in 0..<3 { ServerScript.act(&restored, &other) }
            restored.closeTurn(passed: .seconds(Int64(other.below(9))))
        }
        #expect(try bench.differences(to: restored.shard) == [], "seed \(seed)")
        #expect(bench.alerts.map(\.draft) == restored.alerts.map(\.draft), "seed \(seed)")
    }

    // MARK: births and removals

    @Test("Ordinals are given once, also after a removal and a restart")
    func ordinals() throws {
        var bench = ShardReplayBench<ServerTwin>()
        try commission("s1", &bench)
        try commission("s2", &bench)
        try remove("s1", &bench)
        #expect(bench.shard.twin(.fixture("s1")) == nil)
        var restarted = bench
        restarted.shard = try bench.recovered(from: try bench.writeRows(limit: 10))
        try commission("s1", &restarted)
        #expect(restarted.shard.twin(.fixture("s1"))?.ordinal == 3)
    }

    @Test("Incident numbers of a removed twin never come back in its shard")
    func incidentNumbers() throws {
        var bench = ShardReplayBench<ServerTwin>()
        bench.take(.observation(isObserving: true, floor: .zero))
        try commission("s1", &bench)
        bench.closeTurn(passed: .hours(1))
        bench.closeTurn(passed: .seconds(1))
        #expect(bench.shard.twin(.fixture("s1"))?.book.highestNumber == 1)
        try remove("s1", &bench)
        try commission("s1", &bench)
        bench.closeTurn(passed: .hours(1))
        bench.closeTurn(passed: .seconds(1))
        #expect(bench.shard.twin(.fixture("s1"))?.book.incidents.first?.number == 2)
    }

    @Test("A removed twin stays removed in a replay that begins before its birth")
    func buried() throws {
        var bench = ShardReplayBench<ServerTwin>()
        try commission("s1", &bench)
        try commission("s2", &bench)
        try remove("s1", &bench)
        var files = try bench.writeRows(limit: 0)
        files.journalFrom = 1
        let restored = try bench.recovered(from: files)
        #expect(restored.twin(.fixture("s1")) == nil)
        #expect(restored.twin(.fixture("s2")) != nil)
    }

    @Test("A twin whose row is old is replayed under the conditions of that time")
    func conditionsOfThatTime() throws {
        var bench = ShardReplayBench<ServerTwin>()
        bench.take(.observation(isObserving: false, floor: .zero))
        try commission("s1", &bench)
        _ = try bench.writeRows(limit: 0)
        bench.closeTurn(passed: .hours(1))
        bench.closeTurn(passed: .seconds(1))
        bench.take(.observation(isObserving: true, floor: Elapsed(milliseconds: 9_999_999)))
        bench.closeTurn(passed: .seconds(1))
        let restored = try bench.recovered(from: try bench.writeRows(limit: 0))
        #expect(try bench.differences(to: restored) == [])
        #expect(restored.twin(.fixture("s1"))?.book.incidents.isEmpty == true)
        #expect(restored.conditions.isObserving)
    }

    @Test("A shard whose twins were all written goes on at its position, not before it")
    func positionAfterRestart() throws {
        var bench = ShardReplayBench<ServerTwin>()
        for number in 0..<20 { try commission("s\(number)", &bench) }
        let restored = try bench.recovered(from: try bench.writeRows(limit: 100))
        #expect(restored.position == bench.shard.position)
    }

    // MARK: timers

    @Test("A timer that stays due fires again a second later, not without end")
    func stuckTimer() throws {
        var bench = ShardReplayBench<ServerTwin>()
        try commission("s1", &bench)
        let window = MaintenanceWindow(
            id: "w", owner: "ann", reason: "fans", from: bench.time.wall,
            until: bench.time.wall + .minutes(10))
        bench.take(.twin(ordinal: 1, .command(.setMaintenance(window))))
        bench.closeTurn(passed: .seconds(1))
        for _ in 0..<900 {
            let woken = bench.shard.fireTimers(at: bench.time, record: bench.record, limit: 100) {
                _, _ in
            }
            #expect(woken <= 2)
            bench.closeTurn(passed: .seconds(1))
        }
    }

    // MARK: helpers

    private func commission(
        _ key: String, _ bench: inout ShardReplayBench<ServerTwin>
    ) throws {
        let input = ServerTwin.Input.commission(try ServerBench.commission(rack: "r1"))
        bench.take(bench.shard.birth(of: .fixture(key), input))
        bench.closeTurn(passed: .seconds(1))
    }

    /// Decommissions, lets the rack know and a day pass.
    private func remove(_ key: String, _ bench: inout ShardReplayBench<ServerTwin>) throws {
        let ordinal = try #require(bench.shard.twin(.fixture(key))?.ordinal)
        bench.take(.twin(ordinal: ordinal, .decommission))
        let version = try #require(bench.shard.twin(ordinal: ordinal)?.version)
        let receipt = Receipt(
            parent: .fixture("r1"), version: version, disposition: .notMember, folds: FoldSet())
        bench.take(.twin(ordinal: ordinal, .receipt(receipt)))
        bench.closeTurn(passed: .hours(25))
        bench.closeTurn(passed: .seconds(1))
    }
}
