import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("A shard on its way to another owner")
struct HandoffTests {
    private let key: TwinKey
    private let shard: ShardID

    init() throws {
        key = try TwinKey("dc1")
        shard = ShardID(tier: .dc, index: key.shardIndex(shardCount: 2))
    }

    /// Two instances; the shard of dc1 with so many racks is served by the first of the two names
    /// that come back.
    private func pair(racks: Int) throws -> (pair: HandoffPair, from: Int, to: Int) {
        var pair = try HandoffPair()
        let owner = try #require(pair.broker.record.placement[shard]?.instance.text)
        let from = try #require(HandoffPair.names.firstIndex(of: owner))
        try pair.tell(racks: racks, of: key, to: from)
        return (pair, from, 1 - from)
    }

    private func move(_ pair: inout HandoffPair, to: Int) throws {
        try pair.broker.move(
            shard, to: InstanceName(HandoffPair.names[to]), now: pair.now)
    }

    private func twin(_ pair: HandoffPair, at node: Int) -> DatacenterTwin? {
        pair.nodes[node].core.twin(key, in: Int(shard.index))
    }

    @Test("A data center larger than any message moves in pieces, bit for bit")
    func largeState() throws {
        var (pair, from, to) = try pair(racks: 1_000)
        let before = try #require(twin(pair, at: from))
        #expect(before.racks.count == 1_000)
        try move(&pair, to: to)
        try pair.pass(milliseconds: 2_000)

        #expect(pair.servers(of: Int(shard.index)) == [HandoffPair.names[to]])
        #expect(pair.broker.record.placement[shard]?.epoch == Epoch(rawValue: 2))
        #expect(twin(pair, at: to)?.racks == before.racks)
        #expect(pair.chunks.contains { $0.twins.first?.isContinued == true })
        for chunk in pair.chunks {
            #expect(Payload.pack(chunk).count <= Limits.frameBytesMax)
        }
        // Nothing of it is left behind.
        #expect(pair.nodes[from].rows.loadShards().allSatisfy { $0.shard != shard.index })
    }

    @Test("A shard that came is served again after a restart, and one that left is not")
    func restart() throws {
        var (pair, from, to) = try pair(racks: 3)
        try move(&pair, to: to)
        try pair.pass(milliseconds: 2_000)
        for (node, isOwner) in [(from, false), (to, true)] {
            let disk = MemoryDisk()
            var journal = try Journal(on: disk, salt: 7)
            for record in pair.nodes[node].records { _ = try journal.append(record.span) }
            _ = try journal.sync()
            var core = HandoffPair.Core(
                name: pair.nodes[node].core.name, softwareVersion: "1.0.0", processNonce: 9,
                identity: pair.nodes[node].core.identity, running: .zero,
                nextRecord: UInt64(pair.nodes[node].records.count) + 1)
            let rows = pair.nodes[node].rows
            _ = try Recovery.run(
                &core, rows: rows, journal: journal, from: rows.meta().journalFrom)
            #expect(core.ownedIndices.contains(Int(shard.index)) == isOwner)
            guard isOwner else { continue }
            #expect(core.twin(key, in: Int(shard.index))?.racks == twin(pair, at: to)?.racks)
            #expect(
                core.position(of: Int(shard.index))
                    == pair.nodes[to].core.position(of: Int(shard.index)))
        }
    }

    @Test("A reader who is behind skips nothing while a shard is frozen, nor after it thaws")
    func alertsOfFrozen() throws {
        var (pair, from, to) = try pair(racks: 1)
        // The first two records are in rows only, the third is in memory too.
        pair.nodes[from].core.alerts.begin(
            shard: shard.index, after: .init(epoch: .first, sequence: 2))
        pair.nodes[from].core.alerts.append(
            LoggedAlert(
                shard: shard.index, epoch: .first, sequence: 3, at: Timestamp(milliseconds: 1),
                change: .opened, severity: .error, pages: true, subject: "dc/dc1:1",
                document: [0x80]), journalRecord: 1)
        func page() -> AlertTail.Page {
            pair.nodes[from].core.alerts.records(
                after: TwinWire.AlertCursor(tier: .dc), since: nil, limit: 10)
        }
        pair.losses = [.prepared]
        try move(&pair, to: to)
        let isFrozen = try pair.pass { pair in
            !pair.nodes[from].core.ownedIndices.contains(Int(shard.index))
        }
        try #require(isFrozen)
        #expect(page().records.isEmpty && page().cursor.places.isEmpty)
        pair.crash(to)
        try pair.pass(milliseconds: 7_000)
        #expect(pair.servers(of: Int(shard.index)) == [HandoffPair.names[from]])
        #expect(page().records.last?.sequence == 3)
    }

    @Test("A part that was saved for a move that was given up is none of the move after it")
    func lateSave() throws {
        var (pair, _, to) = try pair(racks: 3)
        pair.nodes[to].holdsSaves = true
        try move(&pair, to: to)
        let isSaved = try pair.pass { !$0.nodes[to].heldSaves.isEmpty }
        try #require(isSaved)
        // The owner waits for its answer in vain, and the same move is wanted again.
        let isGivenUp = try pair.pass { $0.broker.record.placement.moves.isEmpty }
        try #require(isGivenUp)
        try move(&pair, to: to)
        let number = try #require(pair.broker.record.placement.move(of: shard)?.number)
        func parts() -> Int { pair.chunks.count { $0.move == number } }
        try pair.pass(milliseconds: 200)
        try #require(parts() == 1 && pair.nodes[to].heldSaves.count == 2)

        pair.nodes[to].tellSave()
        try pair.pass(milliseconds: 500)
        #expect(parts() == 1, "the first part of the second copy is not known to be saved")

        pair.nodes[to].tellSave()
        pair.nodes[to].holdsSaves = false
        try pair.pass(milliseconds: 1_000)
        #expect(pair.servers(of: Int(shard.index)) == [HandoffPair.names[to]])
        #expect(twin(pair, at: to)?.racks.count == 3)
    }

    @Test("A shard goes and comes back, and keeps its twins and its place in time")
    func thereAndBack() throws {
        var (pair, from, to) = try pair(racks: 3)
        let before = try #require(pair.nodes[from].core.context(of: Int(shard.index))?.elapsed)
        for node in [to, from, to, from] {
            try move(&pair, to: node)
            try pair.pass(milliseconds: 1_000)
            #expect(pair.servers(of: Int(shard.index)) == [HandoffPair.names[node]])
            #expect(twin(pair, at: node)?.racks.count == 3)
        }
        let after = try #require(pair.nodes[from].core.context(of: Int(shard.index))?.elapsed)
        // The shard's own time stands still while nobody serves it, and never goes back.
        #expect(after > before && (after - before).rawValue <= 4_000)
        #expect(pair.broker.record.placement[shard]?.epoch == Epoch(rawValue: 5))
    }
}
