import Testing
import TwinCore

/// What audits mean to the twins.
@Suite("Audited twins")
struct AuditedTwinsTests {
    private func lacking(_ parent: String) -> Receipt {
        Receipt(
            parent: .fixture(parent), version: .none, disposition: .lacking, folds: FoldSet())
    }

    @Test("A server whose rack lacks its version owes it again, once")
    func serverOwesAgain() throws {
        var bench = try ServerBench()
        bench.report()
        bench.rackAnswers = false
        #expect(bench.twin.owedParents.isEmpty)
        #expect(bench.twin.isSettled(by: lacking("dc1-r08")), "another rack may lack what it wants")
        let version = bench.twin.version
        bench.step(.receipt(lacking("dc1-r07")))
        #expect(bench.twin.owedParents == [.fixture("dc1-r07")])
        #expect(bench.twin.version == version)
        #expect(bench.twin.isSettled(by: lacking("dc1-r07")))
        bench.answer()
        #expect(bench.twin.owedParents.isEmpty)
    }

    @Test("A server that was refused asks again when its rack says that it lacks it")
    func refusedServer() throws {
        var bench = try ServerBench()
        bench.report()
        bench.rackAnswers = false
        // The first refusal is news, which the rack refuses too.
        for _ in 0..<2 {
            bench.step(
                .receipt(
                    Receipt(
                        parent: .fixture("dc1-r07"), version: bench.twin.version,
                        disposition: .refused(reason: "full"), folds: FoldSet())))
        }
        #expect(bench.incident(.notWatched) != nil && bench.twin.owedParents.isEmpty)
        bench.step(.receipt(lacking("dc1-r07")))
        #expect(bench.twin.owedParents == [.fixture("dc1-r07")])
        bench.answer()
        bench.answer()
        #expect(bench.incident(.notWatched) == nil && bench.twin.owedParents.isEmpty)
    }

    @Test("A rack whose data center lacks its version owes it again")
    func rackOwesAgain() {
        var bench = DatacenterBench(racks: 1) { _, _, _ in }
        #expect(bench.racks[0].rack.owedParents.isEmpty)
        bench.racks[0].step(.receipt(lacking("dc1")))
        #expect(bench.racks[0].rack.owedParents == [.fixture("dc1")])
        #expect(bench.racks[0].rack.isSettled(by: lacking("dc1")))
        bench.exchange()
        #expect(bench.racks[0].rack.owedParents.isEmpty)
    }

    @Test("A parent lacks newer versions and unknown children, not what it saw off or refused")
    func lacks() {
        var bench = RackBench(servers: 3)
        let member = bench.key(1)
        let held = bench.rack.member(member)?.version ?? .none
        let newer = Version(epoch: held.epoch, position: held.position.next)
        #expect(!bench.rack.lacks(member, at: held))
        #expect(bench.rack.lacks(member, at: newer))
        #expect(bench.rack.lacks(.fixture("unknown"), at: held))
        bench.remove(1)
        #expect(!bench.rack.lacks(member, at: held))
        let much = Version(epoch: Epoch(rawValue: 2), position: .none)
        #expect(bench.rack.lacks(member, at: much))

        var dc = DatacenterBench(racks: 1) { _, _, _ in }
        let rack = dc.racks[0].rack
        #expect(!dc.dc.lacks(rack.key, at: rack.version))
        #expect(dc.dc.lacks(rack.key, at: much))
        #expect(dc.dc.lacks(.fixture("unknown"), at: rack.version))
        dc.step(.status(ChildMessage(child: rack.key, version: much, status: nil)))
        #expect(!dc.dc.lacks(rack.key, at: rack.version))
    }

    @Test("A rack that awaits its servers' lists is unknown and judges nothing until they come")
    func rackAwaits() {
        var bench = RackBench(servers: 6)
        #expect(bench.rack.verdict == .healthy)
        bench.awaited = ShardSet([0, 9])
        bench.step(.childShards)
        #expect(bench.rack.verdict == .unknown)
        #expect(
            bench.rack.unknownReason
                == "2 of 256 server shards have not told yet which servers they have")
        bench.silence(0..<6)
        bench.pass(seconds: 120)
        #expect(bench.rack.book.incidents.isEmpty, "half a picture blames nobody")
        bench.awaited = ShardSet()
        bench.step(.childShards)
        #expect(bench.rack.book.incident(.rackUnreachable) != nil)
        bench.pass(seconds: 60)
        #expect(bench.rack.verdict == .unhealthy)
        bench.awaited = ShardSet([0])
        bench.step(.childShards)
        #expect(bench.rack.verdict == .unhealthy, "what was open stays open")
    }

    @Test("Nobody awaits the list of a shard that is absent or blind; heard again it is awaited")
    func absentShard() {
        var bench = RackBench(servers: 6)
        bench.awaited = ShardSet([1, 2])
        bench.unheard = ShardSet([1, 2])
        bench.step(.childShards)
        #expect(bench.rack.verdict == .healthy)
        bench.unheard = ShardSet([1])
        bench.step(.childShards)
        #expect(bench.rack.verdict == .unknown)
    }

    @Test("A data center that awaits its racks' lists is unknown; unhealthy outranks that")
    func datacenterAwaits() {
        var bench = DatacenterBench(racks: 5) { _, _, _ in }
        #expect(bench.dc.verdict == .healthy && !bench.dc.isStale)
        bench.awaited = ShardSet([7])
        bench.step(.childShards)
        #expect(bench.dc.verdict == .unknown && bench.dc.isStale)
        bench.silence(racks: 0..<5)
        bench.pass(seconds: 120)
        #expect(bench.dc.verdict == .unhealthy)
        #expect(bench.dc.book.incidents.isEmpty, "what racks share is not judged on half a picture")
        bench.awaited = ShardSet()
        bench.step(.childShards)
        bench.pass(seconds: 60)
        #expect(!bench.dc.book.incidents.isEmpty)
    }

    @Test("What a shard awaits and its parents' epochs survive in its row; old rows await nothing")
    func rows() {
        var shard = Shard<RackTwin>(
            id: ShardID(tier: .rack, index: 0), epoch: .first,
            configuration: ClusterConfiguration(), childShardCount: 8, running: .zero)
        let time = TurnTime(running: .zero, wall: RackBench.start)
        #expect(shard.header(neededFrom: 9, running: .zero).parentEpochs == nil)
        shard.take(.awaitedChildShards(ShardSet([0, 7])), at: time, record: 1)
        shard.take(.parentEpoch(shard: 3, Epoch(rawValue: 4)), at: time, record: 1)
        let header = shard.header(neededFrom: 9, running: .zero)
        let restored = Shard<RackTwin>(id: shard.id, header: header)
        #expect(restored.conditions.awaitedChildShards == ShardSet([0, 7]))
        #expect(restored.parentEpochs[3] == Epoch(rawValue: 4))
        let context = restored.context(at: time)
        #expect(context.unansweredChildShards == 2)
    }
}
