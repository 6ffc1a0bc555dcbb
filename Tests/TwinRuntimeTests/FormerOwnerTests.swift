import Testing
import TwinCore
import TwinRuntime
import TwinStore

/// What becomes of the data of an owner that has released its shard.
@Suite("A former owner")
struct FormerOwnerTests {
    private let key: TwinKey
    private let shard: ShardID
    private var index: Int { Int(shard.index) }
    private static let racks = 5

    init() throws {
        key = try TwinKey("dc1")
        shard = ShardID(tier: .dc, index: key.shardIndex(shardCount: 2))
    }

    /// The shard of dc1 is released by its owner, the first of those that come back, and served by
    /// the second, which the first has not seen.
    private func released(thirdJoins: Bool) throws -> (pair: HandoffPair, former: Int, owner: Int) {
        var pair = try HandoffPair()
        if thirdJoins { try pair.join() }
        let name = try #require(pair.broker.record.placement[shard]?.instance.text)
        let former = try #require(HandoffPair.names.firstIndex(of: name))
        try pair.tell(racks: Self.racks, of: key, to: former)
        try move(&pair, to: 1 - former)
        let isReleased = try pair.pass { $0.nodes[former].core.givenAway == [shard.index] }
        try #require(isReleased)
        pair.losses = [.placement(to: former)]
        let isServed = try pair.pass {
            $0.broker.record.placement[shard]?.epoch == Epoch(rawValue: 2)
        }
        try #require(isServed)
        return (pair, former, 1 - former)
    }

    private func move(_ pair: inout HandoffPair, to: Int) throws {
        try pair.broker.move(shard, to: InstanceName(HandoffPair.names[to]), now: pair.now)
    }

    /// The shard can go there, and is whole and durable then.
    private func expectComes(_ pair: inout HandoffPair, to: Int) throws {
        try move(&pair, to: to)
        try pair.pass(milliseconds: 2_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[to]])
        pair.crash(to)
        try pair.restart(to)
        try pair.pass(milliseconds: 2_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[to]])
        #expect(pair.nodes[to].core.twin(key, in: index)?.racks.count == Self.racks)
    }

    @Test(
        "One that comes back when its shard has moved on, or is about to, forgets it",
        arguments: [true, false])
    func movedOn(isOver: Bool) throws {
        var (pair, former, owner) = try released(thirdJoins: true)
        pair.crash(former)
        // A part that is lost leaves the move under way for longer than the first start takes.
        pair.losses = isOver ? [] : [.part]
        try move(&pair, to: 2)
        try pair.pass(milliseconds: 1_000)
        #expect(pair.servers(of: index) == [HandoffPair.names[isOver ? 2 : owner]])
        #expect(pair.broker.record.placement.moves.isEmpty == isOver)

        try pair.restart(former)
        #expect(pair.nodes[former].core.givenAway == [shard.index])
        try pair.pass(milliseconds: 2_000)
        #expect(pair.broker.record.placement.moves.isEmpty == isOver)
        #expect(pair.nodes[former].core.givenAway.isEmpty)
        #expect(pair.nodes[former].rows.loadShards().allSatisfy { $0.shard != shard.index })

        pair.losses = []
        try pair.pass(milliseconds: 7_000)
        try expectComes(&pair, to: former)
    }

    @Test("One keeps what it released while its new owner was not seen to serve it")
    func notYetBorn() throws {
        var (pair, former, _) = try released(thirdJoins: true)
        var placement = pair.broker.record.placement
        placement.version += 1
        placement[shard] = .init(
            instance: try InstanceName(HandoffPair.names[2]), epoch: Epoch(rawValue: 3),
            isBorn: false)
        pair.nodes[former].core.follow(placement)
        #expect(pair.nodes[former].core.givenAway == [shard.index])
        placement.version += 1
        placement[shard]?.isBorn = true
        pair.nodes[former].core.follow(placement)
        #expect(pair.nodes[former].core.givenAway.isEmpty)
    }

    @Test("One takes no new copy before the rows of what it released are gone for good")
    func rowsOfBefore() throws {
        var (pair, former, owner) = try released(thirdJoins: false)
        pair.nodes[former].isDiskHeld = true
        pair.losses = []
        try pair.pass(milliseconds: 1_500)
        #expect(pair.nodes[former].core.givenAway.isEmpty)
        try move(&pair, to: former)
        try pair.pass(milliseconds: 500)
        #expect(pair.servers(of: index) == [HandoffPair.names[owner]])
        #expect(pair.nodes[former].core.candidates.isEmpty)

        pair.nodes[former].isDiskHeld = false
        try pair.pass(milliseconds: 500)
        try expectComes(&pair, to: former)
    }
}
