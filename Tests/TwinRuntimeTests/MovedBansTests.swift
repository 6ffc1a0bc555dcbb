import Glibc
import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("What is refused when a shard moves")
struct MovedBansTests {
    private let key: TwinKey
    private let shard: ShardID

    init() throws {
        key = try TwinKey("dc1")
        shard = ShardID(tier: .dc, index: key.shardIndex(shardCount: 2))
    }

    /// Two instances; the shard of dc1 is served by the first of the two that come back.
    private func pair() throws -> (pair: HandoffPair, from: Int, to: Int) {
        var pair = try HandoffPair()
        let owner = try #require(pair.broker.record.placement[shard]?.instance.text)
        let from = try #require(HandoffPair.names.firstIndex(of: owner))
        try pair.tell(racks: 3, of: key, to: from)
        for index in pair.nodes.indices { pair.nodes[index].core.inHand = try InHand() }
        return (pair, from, 1 - from)
    }

    private func move(_ pair: inout HandoffPair, to: Int) throws {
        try pair.broker.move(
            shard, to: InstanceName(HandoffPair.names[to]), now: pair.now)
        try pair.pass(milliseconds: 1_000)
        #expect(pair.servers(of: Int(shard.index)) == [HandoffPair.names[to]])
    }

    /// Asks a node for the data center; nil = it was answered, else the refusal.
    private func refusal(_ pair: inout HandoffPair, at node: Int) throws -> Refusal.Code? {
        let id = UInt64(pair.now)
        let envelope = Envelope(kind: .request, type: .getDatacenter, requestID: id)
        pair.nodes[node].inbox.append(
            [Array("client".utf8), Array("dc/\(key)".utf8), envelope.packed, question])
        try pair.pass(milliseconds: 40)
        let answer = try #require(pair.answers[id])
        do {
            return try MsgpackDecoder.decode(RefusalPayload.self, from: answer).code
        } catch {
            #expect(try MsgpackDecoder.decode(DatacenterDocument.self, from: answer).healthy)
            return nil
        }
    }

    private var question: [UInt8] { [0x80] }

    /// What a start refuses that found two ends with the question in hand.
    private func ban(_ pair: inout HandoffPair, at node: Int) throws -> QuarantineBan {
        _ = try refusal(&pair, at: node)
        let last = try #require(pair.nodes[node].core.inHand?.lastMessage)
        #expect(last.name == "dc/\(key)")
        return QuarantineBan(
            twin: last.name, digest: InputDigest.text(last.digest), ends: 2, signal: SIGILL,
            isKept: true)
    }

    @Test("The new owner refuses what has ended the old one twice, and keeps the bytes anew")
    func moves() throws {
        var (pair, from, to) = try pair()
        let banned = try ban(&pair, at: from)
        let elsewhere = try #require(
            (2..<100).first { CRC32.checksum(Array("dc\($0)".utf8)) % 2 != UInt32(shard.index) })
        let another = QuarantineBan(
            twin: "dc/dc\(elsewhere)", digest: banned.digest, ends: 2, signal: SIGILL,
            isKept: false)
        let whole = QuarantineBan(
            twin: "dc@\(HandoffPair.names[from])", digest: banned.digest, ends: 2,
            signal: SIGILL, isKept: false)
        pair.nodes[from].core.quarantine = Quarantine(bans: [banned, another, whole])
        #expect(try refusal(&pair, at: from) == .quarantined)

        try move(&pair, to: to)
        let told = pair.chunks.compactMap(\.bans).last?.map(\.name)
        #expect(told == [banned.twin], "only what is the shard's")
        #expect(try refusal(&pair, at: to) == .quarantined)
        let kept = pair.nodes[to].core.quarantine.takeKept()
        #expect(kept.map(\.twin) == [banned.twin])
        #expect(kept.map(\.reason) == ["it has ended the process 2 times, last by SIGILL"])

        // Its rows say so to the next process.
        pair.crash(to)
        try pair.restart(to)
        pair.nodes[to].core.inHand = try InHand()
        try pair.pass(milliseconds: 1_000)
        #expect(try refusal(&pair, at: to) == .quarantined)
    }

    @Test("What was lifted at one owner is not refused again when the shard comes back")
    func comesBack() throws {
        var (pair, from, to) = try pair()
        let banned = try ban(&pair, at: from)
        pair.nodes[from].core.quarantine = Quarantine(bans: [banned])
        try move(&pair, to: to)
        #expect(try refusal(&pair, at: to) == .quarantined)
        pair.nodes[to].core.quarantine = Quarantine()
        try move(&pair, to: from)
        #expect(try refusal(&pair, at: from) == nil)
    }

    @Test("A move carries at most so many bans, and its messages stay within their bound")
    func bounds() throws {
        var (pair, from, to) = try pair()
        let names = (0..<2_000).map { "d\($0)" }.filter { name in
            CRC32.checksum(Array(name.utf8)) % 2 == UInt32(shard.index)
        }
        #expect(names.count > Limits.handoffBansMax)
        pair.nodes[from].core.quarantine = Quarantine(
            bans: names.map {
                QuarantineBan(
                    twin: "dc/\($0)", digest: InputDigest.text(7), ends: 2, signal: SIGILL,
                    isKept: false)
            })
        try move(&pair, to: to)
        #expect(pair.chunks.compactMap(\.bans).last?.count == Limits.handoffBansMax)
        for chunk in pair.chunks {
            #expect(Payload.pack(chunk).count <= Limits.frameBytesMax)
        }
    }
}
