import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// The crash table of a handoff, row by row: who dies, when, what is served afterwards. The
/// owner's release is step 4, the new owner's record step 6.
@Suite("A crash in the midst of a handoff")
struct HandoffCrashTests {
    private let key: TwinKey
    private let shard: ShardID
    private var index: Int { Int(shard.index) }

    init() throws {
        key = try TwinKey("dc1")
        shard = ShardID(tier: .dc, index: key.shardIndex(shardCount: 2))
    }

    /// A move that is under way: the pair, the old owner, the new one, and the twin as it is.
    private struct Case {
        var pair: HandoffPair
        let old: Int
        let new: Int
        let racks: Int
    }

    /// How far a handoff has come.
    enum Place: CaseIterable {
        /// The intent is stored, nothing has arrived at the new owner.
        case intended
        /// The copy is whole at the new owner, and the old one does not know.
        case prepared
        /// The old owner has released the shard, and the broker does not know.
        case released
        /// The broker knows, and the new owner does not.
        case told
        /// The new owner serves, and the broker does not know.
        case active
    }

    private static let racks = 5

    /// Two instances, one of which has the shard of dc1 and is to give it to the other.
    private func begin(losing losses: [HandoffPair.Loss]) throws -> Case {
        var pair = try HandoffPair()
        let owner = try #require(pair.broker.record.placement[shard]?.instance.text)
        let old = try #require(HandoffPair.names.firstIndex(of: owner))
        try pair.tell(racks: Self.racks, of: key, to: old)
        pair.losses = losses
        try pair.broker.move(shard, to: InstanceName(HandoffPair.names[1 - old]), now: pair.now)
        return Case(pair: pair, old: old, new: 1 - old, racks: Self.racks)
    }

    /// A handoff that has come so far and does not go on.
    private func handoff(at place: Place) throws -> Case {
        let new = try newOwner()
        var run: Case
        let isThere: Bool
        switch place {
        case .intended:
            run = try begin(losing: [.part])
            isThere = try run.pair.pass { !$0.chunks.isEmpty }
        case .prepared:
            run = try begin(losing: [.prepared])
            isThere = try run.pair.pass { !$0.nodes[new].core.candidates.isEmpty }
        case .released:
            run = try begin(losing: [.released])
            isThere = try run.pair.pass { $0.nodes[1 - new].core.givenAway == [shard.index] }
        case .told:
            run = try begin(losing: [])
            isThere = try run.pair.pass {
                // From the copy on, so that it learns of the move and not of its release.
                if !$0.nodes[new].core.candidates.isEmpty { $0.losses = [.placement(to: new)] }
                return $0.broker.record.placement.move(of: shard)?.releasedDigest != nil
            }
        case .active:
            run = try begin(losing: [.active])
            isThere = try run.pair.pass { $0.servers(of: index) == [HandoffPair.names[new]] }
        }
        try #require(isThere, "the handoff is never \(place)")
        try #require(run.new == new)
        return run
    }

    private func newOwner() throws -> Int {
        let pair = try HandoffPair()
        let owner = try #require(pair.broker.record.placement[shard]?.instance.text)
        return 1 - (try #require(HandoffPair.names.firstIndex(of: owner)))
    }

    // MARK: what is served afterwards

    private func expect(
        _ run: Case, servedBy node: Int, at epoch: UInt32,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let placement = run.pair.broker.record.placement
        #expect(
            run.pair.servers(of: index) == [HandoffPair.names[node]],
            sourceLocation: sourceLocation)
        #expect(
            placement[shard]
                == .init(
                    instance: try InstanceName(HandoffPair.names[node]),
                    epoch: Epoch(rawValue: epoch), isBorn: true), sourceLocation: sourceLocation)
        #expect(placement.moves == [], sourceLocation: sourceLocation)
        let twin = run.pair.nodes[node].core.twin(key, in: index)
        #expect(twin?.racks.count == run.racks, sourceLocation: sourceLocation)
    }

    /// Nothing of the shard is left there, in memory or in rows.
    private func expectNothing(
        _ run: Case, at node: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.pair.nodes[node].core.candidates.isEmpty, sourceLocation: sourceLocation)
        #expect(run.pair.nodes[node].core.givenAway.isEmpty, sourceLocation: sourceLocation)
        #expect(
            run.pair.nodes[node].rows.loadShards().allSatisfy { $0.shard != shard.index },
            sourceLocation: sourceLocation)
    }

    /// Whoever has it can still give it away.
    private func expectMovable(_ run: inout Case, from node: Int, to other: Int) throws {
        let epoch = try #require(run.pair.broker.record.placement[shard]?.epoch)
        try run.pair.broker.move(
            shard, to: InstanceName(HandoffPair.names[other]), now: run.pair.now)
        try run.pair.pass(milliseconds: 2_000)
        try expect(run, servedBy: other, at: epoch.next.rawValue)
    }

    // MARK: the rows of the table

    @Test(
        "old | before 4 | it registers and serves, the move is cancelled, the copy is deleted",
        arguments: [Place.intended, .prepared])
    func oldBeforeRelease(place: Place) throws {
        var run = try handoff(at: place)
        run.pair.crash(run.old)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 1_000)
        #expect(run.pair.servers(of: index) == [])
        try run.pair.restart(run.old)
        try run.pair.pass(milliseconds: 3_000)
        try expect(run, servedBy: run.old, at: 1)
        expectNothing(run, at: run.new)
        try expectMovable(&run, from: run.old, to: run.new)
    }

    /// What the old owner hears of the new one's end, and how long it takes to serve on.
    enum Word: CaseIterable {
        case comes, isLost

        var losses: [HandoffPair.Loss] { self == .comes ? [] : [.thaw] }
        /// Without the word it waits for an answer, at most `Limits.handoffPatience`.
        var milliseconds: Int64 { self == .comes ? 60 : 7_000 }
    }

    @Test(
        "new | before prepared | the old owner serves on: at once when it is told, else in time",
        arguments: Word.allCases)
    func newBeforePrepared(word: Word) throws {
        var run = try handoff(at: .intended)
        run.pair.losses = word.losses
        run.pair.crash(run.new)
        try run.pair.pass(milliseconds: word.milliseconds)
        run.pair.losses = []
        try expect(run, servedBy: run.old, at: 1)
        try run.pair.restart(run.new)
        try run.pair.pass(milliseconds: 2_000)
        expectNothing(run, at: run.new)
        try expectMovable(&run, from: run.old, to: run.new)
    }

    @Test(
        "new | after prepared, before 4 | the old owner gives up and serves on, at once if told",
        arguments: Word.allCases)
    func newAfterPrepared(word: Word) throws {
        var run = try handoff(at: .prepared)
        #expect(run.pair.servers(of: index) == [])
        run.pair.losses = word.losses
        run.pair.crash(run.new)
        try run.pair.pass(milliseconds: word.milliseconds)
        run.pair.losses = []
        try expect(run, servedBy: run.old, at: 1)
        // Its copy is durable, and of no use.
        try run.pair.restart(run.new)
        #expect(!run.pair.nodes[run.new].core.candidates.isEmpty)
        try run.pair.pass(milliseconds: 2_000)
        expectNothing(run, at: run.new)
        try expectMovable(&run, from: run.old, to: run.new)
    }

    @Test("new | after 4, the broker has not heard of it | to be told to serve on changes nothing")
    func newAfterUntoldRelease() throws {
        var run = try handoff(at: .released)
        run.pair.crash(run.new)
        try run.pair.pass(milliseconds: 1_000)
        #expect(run.pair.servers(of: index) == [])
        #expect(run.pair.nodes[run.old].core.givenAway == [shard.index])
        run.pair.losses = []
        try run.pair.restart(run.new)
        try run.pair.pass(milliseconds: 3_000)
        try expect(run, servedBy: run.new, at: 2)
        expectNothing(run, at: run.old)
    }

    @Test("old | after 4, broker unaware | nobody serves until it registers its release")
    func oldAfterRelease() throws {
        var run = try handoff(at: .released)
        run.pair.crash(run.old)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 12_000)
        #expect(run.pair.servers(of: index) == [])
        let decision = run.pair.broker.route(
            .shard(shard), byteCount: 10, traffic: .request, now: run.pair.now)
        guard case .refuse(let refusal) = decision else {
            Issue.record("wanted unavailable, found \(decision)")
            return
        }
        #expect(refusal.code == .unavailable)
        #expect(refusal.message.contains(HandoffPair.names[run.old]))
        try run.pair.restart(run.old)
        try run.pair.pass(milliseconds: 3_000)
        try expect(run, servedBy: run.new, at: 2)
        expectNothing(run, at: run.old)
    }

    @Test("old, and its disk | after 4, broker unaware | adopt goes on with the copy")
    func oldDiskAfterRelease() throws {
        var run = try handoff(at: .released)
        run.pair.crash(run.old)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 1_000)
        let name = try InstanceName(HandoffPair.names[run.new])
        // Nobody but the new owner knows that its copy is whole.
        #expect(throws: Refusal.self) {
            try run.pair.broker.adopt(shard, by: name, mayBeginEmpty: false)
        }
        try run.pair.broker.adopt(shard, by: name, mayBeginEmpty: true)
        try run.pair.pass(milliseconds: 2_000)
        try expect(run, servedBy: run.new, at: 3)
    }

    @Test("new | after 4, before 6 | it registers and is told to serve again")
    func newAfterRelease() throws {
        var run = try handoff(at: .told)
        #expect(run.pair.servers(of: index) == [])
        run.pair.crash(run.new)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 1_000)
        #expect(run.pair.servers(of: index) == [])
        try run.pair.restart(run.new)
        try run.pair.pass(milliseconds: 3_000)
        try expect(run, servedBy: run.new, at: 2)
        expectNothing(run, at: run.old)
    }

    @Test("new | after 6, answer lost | its registration says that it serves")
    func newAfterOwned() throws {
        var run = try handoff(at: .active)
        run.pair.crash(run.new)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 1_000)
        try run.pair.restart(run.new)
        try run.pair.pass(milliseconds: 3_000)
        try expect(run, servedBy: run.new, at: 2)
        expectNothing(run, at: run.old)
    }

    @Test(
        "broker, with and without its file | anywhere | the registrations decide, nothing is new",
        arguments: Place.allCases, [true, false])
    func broker(place: Place, keepsFile: Bool) throws {
        var run = try handoff(at: place)
        run.pair.crashBroker()
        run.pair.losses = []
        try run.pair.pass(milliseconds: 2_000)
        run.pair.restartBroker(keepsFile: keepsFile)
        try run.pair.pass(milliseconds: 10_000)
        switch place {
        case .intended, .prepared:
            try expect(run, servedBy: run.old, at: 1)
            try expectMovable(&run, from: run.old, to: run.new)
        case .released, .told, .active:
            try expect(run, servedBy: run.new, at: 2)
            expectNothing(run, at: run.old)
        }
    }

    @Test("new, and its disk | after 4 | adopt goes on with what the old owner still holds")
    func newDiskAfterRelease() throws {
        var run = try handoff(at: .told)
        run.pair.crash(run.new)
        run.pair.losses = []
        try run.pair.pass(milliseconds: 1_000)
        try run.pair.broker.adopt(
            shard, by: InstanceName(HandoffPair.names[run.old]), mayBeginEmpty: false)
        try run.pair.pass(milliseconds: 2_000)
        try expect(run, servedBy: run.old, at: 3)
    }
}
