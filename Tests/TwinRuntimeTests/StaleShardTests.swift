import Testing
import TwinCore
import TwinRuntime
import TwinStore

/// A shard that was given to somebody else while its owner was away, who then came back with it.
@Suite("A stale shard")
struct StaleShardTests {
    private let key: TwinKey
    private let shard: ShardID
    private var index: Int { Int(shard.index) }
    private static let racks = 5

    init() throws {
        key = try TwinKey("dc1")
        shard = ShardID(tier: .dc, index: key.shardIndex(shardCount: 2))
    }

    /// The first of those that come back keeps the shard at epoch 1, which the second serves at
    /// epoch 2, empty.
    private func stale() throws -> (pair: HandoffPair, former: Int, owner: Int) {
        var pair = try HandoffPair()
        pair.holdsUnheard = true
        let name = try #require(pair.broker.record.placement[shard]?.instance.text)
        let former = try #require(HandoffPair.names.firstIndex(of: name))
        try pair.tell(racks: Self.racks, of: key, to: former)
        pair.crash(former)
        try pair.broker.adopt(
            shard, by: InstanceName(HandoffPair.names[1 - former]), mayBeginEmpty: true)
        try pair.pass(milliseconds: 2_000)
        try pair.restart(former)
        try pair.pass(milliseconds: 3_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[1 - former]])
        #expect(pair.nodes[former].core.givenAway == [shard.index])
        return (pair, former, 1 - former)
    }

    private func warnings(_ pair: HandoffPair) -> [String] {
        pair.broker.status(now: pair.now).warnings.filter { $0.contains("unserved copy") }
    }

    @Test("Status names it, whoever serves the shard now, and both ways out")
    func named() throws {
        let (pair, former, owner) = try stale()
        let (mine, theirs) = (HandoffPair.names[former], HandoffPair.names[owner])
        #expect(
            warnings(pair) == [
                "\(mine): it keeps an unserved copy of \(shard) at epoch 1, and \(theirs) serves "
                    + "the shard at epoch 2: to let the copy go, start \(mine) with --drop-stale "
                    + "\(index)@1; to go back to it, stop \(theirs), then twinctl adopt \(shard) "
                    + "\(mine) --yes"
            ])
    }

    @Test("Started with its epoch it is let go for good, and the shard may come back")
    func dropped() throws {
        var (pair, former, _) = try stale()
        // Another epoch is another copy.
        pair.crash(former)
        try pair.restart(former, dropping: [shard.index: Epoch(rawValue: 2)])
        try pair.pass(milliseconds: 3_000)
        #expect(pair.nodes[former].core.givenAway == [shard.index])

        pair.crash(former)
        try pair.restart(former, dropping: [shard.index: .first])
        pair.nodes[former].isDiskHeld = true
        try pair.pass(milliseconds: 3_000)
        #expect(pair.nodes[former].core.givenAway.isEmpty)
        // It dies with the record and the rows: the record decides.
        #expect(pair.nodes[former].rows.loadShards().contains { $0.shard == shard.index })
        pair.crash(former)
        try pair.restart(former)
        #expect(!pair.nodes[former].core.ownedIndices.contains(index))
        try pair.pass(milliseconds: 3_000)
        #expect(pair.nodes[former].core.givenAway.isEmpty)
        #expect(warnings(pair).isEmpty)
        #expect(pair.nodes[former].rows.loadShards().allSatisfy { $0.shard != shard.index })

        pair.crash(former)
        try pair.restart(former)
        #expect(!pair.nodes[former].core.ownedIndices.contains(index))
        try pair.pass(milliseconds: 3_000)
        #expect(pair.nodes[former].core.givenAway.isEmpty)

        try pair.broker.move(
            shard, to: InstanceName(HandoffPair.names[former]), now: pair.now)
        try pair.pass(milliseconds: 2_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[former]])
        #expect(pair.broker.record.placement[shard]?.epoch == Epoch(rawValue: 3))
    }

    @Test("With the present owner stopped a person goes back to it")
    func adoptedBack() throws {
        var (pair, former, owner) = try stale()
        pair.crash(owner)
        try pair.broker.adopt(
            shard, by: InstanceName(HandoffPair.names[former]), mayBeginEmpty: true)
        try pair.pass(milliseconds: 2_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[former]])
        #expect(pair.nodes[former].core.twin(key, in: index)?.racks.count == Self.racks)
        #expect(warnings(pair).isEmpty)
    }
}
