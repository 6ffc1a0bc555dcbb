import Glibc
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// What an instance does with an input that has ended its process twice. The ends are counted as
/// the next start counts them; that real ends mark the page is the end-to-end tests' promise.
@Suite("Quarantine")
struct QuarantineTests {
    private let files: InstanceFiles

    init() throws { files = try InstanceFiles() }

    /// A cluster whose server instance has these rows and an input in hand.
    private func running(_ keys: [String], _ rows: RowStore) throws -> InstanceCluster {
        var cluster = try InstanceCluster.running()
        cluster.server.rows = rows
        cluster.server.core.inHand = try InHand()
        for key in keys { try cluster.commission(key) }
        return cluster
    }

    /// Counts two ends against an input, and gives what the start after them refuses.
    private func twice(
        _ twin: String, _ digest: UInt64, in rows: RowStore
    ) throws -> Quarantine {
        for _ in 0..<2 {
            _ = try rows.countEnd(
                twin: twin, digest: InputDigest.text(digest), signal: SIGILL,
                at: Timestamp(milliseconds: 1))
        }
        return Quarantine(bans: try rows.bans(), count: try rows.quarantinedCount())
    }

    // MARK: reports

    @Test("A report that ended the process twice is refused and kept; its neighbours are taken")
    func report() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1", "s2", "s3"], rows)
        let at = cluster.wall
        _ = try cluster.batchReply(to: try cluster.report(["s2"], at: at))
        let last = try #require(cluster.server.core.inHand?.lastInput)
        #expect(last.name == "s2")
        cluster.server.core.quarantine = try twice("server/s2", last.digest, in: rows)

        // In another batch it is the same report; the same values of s1 and s3 are not it.
        let id = try cluster.report(["s1", "s2", "s3"], at: at)
        let answer = try cluster.batchReply(to: id)
        #expect(answer.refused.map(\.first) == [1])
        #expect(answer.refused.map(\.last) == [1])
        #expect(answer.refused.map(\.code) == [.quarantined])
        #expect(answer.accepted == 2)
        #expect(answer.refusedCount == 1)
        #expect(try rows.quarantined().map(\.twin) == ["server/s2"])

        // Its twin lives on; the same bytes are kept once.
        _ = try cluster.batchReply(to: try cluster.report(["s2"], at: at))
        let later = try cluster.report(["s2"], at: at + .seconds(1))
        #expect(try cluster.batchReply(to: later).accepted == 1)
        #expect(try rows.quarantinedCount() == 1)
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.beats[.server]?.load.quarantined == 1)
        #expect(cluster.beats[.server]?.load.refused["quarantined"] == 2)
    }

    @Test("A query or command that ended the process twice is refused; others of its twin are not")
    func message() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1"], rows)
        try cluster.ask(.getServer, "server/s1")
        let last = try #require(cluster.server.core.inHand?.lastMessage)
        #expect(last.name == "server/s1")
        cluster.server.core.quarantine = try twice("server/s1", last.digest, in: rows)
        #expect(try cluster.ask(.getServer, "server/s1").refusal == .quarantined)
        #expect(try cluster.ask(.ping, "server/s1").refusal == nil)
        #expect(try cluster.ask(.getServer, "server/s2").refusal == .unknownAddress)
        #expect(try rows.quarantined().map(\.twin) == ["server/s1"])
    }

    @Test("Between messages nothing is in hand")
    func released() throws {
        var cluster = try running(["s1"], try files.rows(.server))
        try cluster.pass(seconds: 60, reporting: ["s1"])
        let inHand = try #require(cluster.server.core.inHand)
        #expect(inHand.lastInput?.name == "s1")
        inHand.mark(signal: SIGILL)
        #expect(inHand.abnormalEnd == nil)
    }

    // MARK: statuses and timers

    @Test("A quarantined status is answered so, and its sender stops repeating that version")
    func status() throws {
        var cluster = try InstanceCluster.running()
        let rows = try files.rows(.rack)
        cluster.rack.rows = rows
        cluster.losing = (.statuses, .rack)
        try cluster.commission("s1")
        let twin = try #require(try cluster.serverTwin("s1"))
        let digest = InstanceCore<RackService>.digest(
            ofStatusOf: twin.key, at: twin.version, isLeaving: false)
        cluster.rack.core.quarantine = try twice("rack/r1", digest, in: rows)
        cluster.losing = nil
        try cluster.pass(milliseconds: 10_000)

        #expect(cluster.rack.core.counters.refused["quarantined"] == 1)
        #expect(try rows.quarantined().map(\.twin) == ["rack/r1"])
        #expect(cluster.server.core.owing.count == 0)
        // That its rack does not take it is an incident, and so a new version, which is taken.
        let told = try #require(try cluster.serverTwin("s1"))
        #expect(told.version > twin.version)
        #expect(try cluster.rackTwin()?.members.map(\.key) == [told.key])
    }

    @Test("A timer that ended the process twice does not fire, until another input sets another")
    func timer() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1", "s2"], rows)
        try cluster.pass(seconds: 30, reporting: ["s1", "s2"])
        let due = try #require(try cluster.serverTwin("s1")?.nextDue)
        cluster.server.core.quarantine = try twice(
            "server/s1", InstanceCore<ServerService>.digest(ofTimerDueAt: due.milliseconds),
            in: rows)
        try cluster.pass(seconds: 90, reporting: [])
        #expect(try cluster.serverTwin("s1")?.statusWord == "healthy")
        #expect(try cluster.serverTwin("s2")?.statusWord == "missing")
        #expect(try rows.quarantined().map(\.twin) == ["server/s1"])
        try cluster.pass(seconds: 20, reporting: ["s1"])
        try cluster.pass(seconds: 90, reporting: [])
        #expect(try cluster.serverTwin("s1")?.statusWord == "missing")
    }

    // MARK: replay

    @Test("A journalled input that ended two replays is passed over, and kept; all else is there")
    func replay() throws {
        var cluster = try running(["s1", "s2"], try files.rows(.server))
        cluster.server.rows = nil
        let rows = try files.rows(.server, "empty")
        try cluster.pass(seconds: 30, reporting: ["s1", "s2"])
        let whole = try cluster.server.recovered(from: rows) { $0.inHand = try InHand() }
        let last = try #require(whole.inHand?.lastInput)
        whole.inHand?.mark(signal: SIGILL)
        #expect(whole.inHand?.abnormalEnd == nil, "replay is over")

        let refused = try twice("server/\(last.name)", last.digest, in: rows)
        let passed = try cluster.server.recovered(from: rows) { core in
            core.inHand = try InHand()
            core.quarantine = refused
        }
        let differing = try cluster.server.differences(to: passed)
        #expect(!differing.isEmpty)
        #expect(differing.allSatisfy { $0.contains(" \(last.name) ") }, "\(differing)")
        #expect(passed.position(of: 0) == whole.position(of: 0))
        #expect(try rows.quarantined().map(\.twin) == ["server/\(last.name)"])

        // Its next row stands behind the input: a start that refuses nothing does not meet it.
        cluster.server.core = passed
        cluster.server.rows = rows
        try cluster.pass(milliseconds: 5_000)
        let later = try cluster.server.recovered(from: rows) { $0.inHand = try InHand() }
        #expect(later.inHand?.lastInput?.digest != last.digest)
    }

    // MARK: people

    @Test("What is in quarantine can be listed, shown, handed back and dropped")
    func people() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1", "s2"], rows)
        let at = cluster.wall
        for key in ["s1", "s2"] {
            _ = try cluster.batchReply(to: try cluster.report([key], at: at + .seconds(1)))
            let last = try #require(cluster.server.core.inHand?.lastInput)
            cluster.server.core.quarantine = try twice("server/\(key)", last.digest, in: rows)
        }
        for key in ["s1", "s2"] {
            _ = try cluster.batchReply(to: try cluster.report([key], at: at + .seconds(1)))
        }
        let place = "server@server-a"
        let list = try cluster.ask(.listQuarantine, place)
            .document(QuarantineListDocument.self)
        #expect(list.items.map(\.twin) == ["server/s1", "server/s2"])
        #expect(list.items.map(\.type) == ["ReportBatch", "ReportBatch"])
        #expect(list.cursor == nil)
        let page = try cluster.ask(.listQuarantine, place, ListRequest(limit: 1))
            .document(QuarantineListDocument.self)
        let rest = try cluster.ask(.listQuarantine, place, ListRequest(after: page.cursor))
            .document(QuarantineListDocument.self)
        #expect(page.items + rest.items == list.items)

        let number = try #require(list.items.first?.id.split(separator: ":").last)
        let first = QuarantinedRequest(id: try #require(Int64(number)))
        let shown = try cluster.ask(.getQuarantined, place, first)
            .document(QuarantinedDocument.self)
        #expect(shown.id == list.items.first?.id)
        #expect(shown.isWhole && shown.payload.count == shown.payloadBytes)
        let payload = shown.payload
        let reports = try ReportBatchReader(payload.span).count
        #expect(reports == 1)
        #expect(shown.reason.contains("SIGILL"))

        let requeued = try cluster.ask(.requeueQuarantined, place, first)
            .document(QuarantineCommandDocument.self)
        #expect(requeued.deed == .requeued && requeued.refusal == nil)
        #expect(try cluster.ask(.getQuarantined, place, first).refusal == .unknownAddress)
        let again = try cluster.report(["s1"], at: at + .seconds(1))
        #expect(try cluster.batchReply(to: again).ok, "the ban is lifted")

        let second = QuarantinedRequest(id: first.id + 1)
        let dropped = try cluster.ask(.dropQuarantined, place, second)
            .document(QuarantineCommandDocument.self)
        #expect(dropped.deed == .dropped && dropped.twin == "server/s2")
        #expect(try cluster.ask(.dropQuarantined, place, second).refusal == .unknownAddress)
        let banned = try cluster.report(["s2"], at: at + .seconds(1))
        #expect(try cluster.batchReply(to: banned).refused.map(\.code) == [.quarantined])
        #expect(try rows.quarantinedCount() == 0, "what was dropped is not kept again")
    }

    @Test("Questions that the rows have not answered are bounded: one more is overloaded")
    func bounded() throws {
        var cluster = try running(["s1"], try files.rows(.server))
        cluster.server.rows = nil
        for _ in 0..<Limits.quarantineQuestionsMax {
            try cluster.send(.listQuarantine, to: "server@server-a", [])
        }
        try cluster.turn()
        #expect(try cluster.ask(.listQuarantine, "server@server-a").refusal == .overloaded)
        #expect(
            cluster.server.core.quarantine.takeQuestions().count == Limits.quarantineQuestionsMax)
    }

    @Test("What is kept of a twin that is served elsewhere now stays kept: nobody here takes it")
    func handBackElsewhere() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1"], rows)
        try cluster.ask(.getServer, "server/s1")
        let last = try #require(cluster.server.core.inHand?.lastMessage)
        cluster.server.core.quarantine = try twice("server/s1", last.digest, in: rows)
        #expect(try cluster.ask(.getServer, "server/s1").refusal == .quarantined)
        let id = try #require(try rows.quarantined().first?.id)
        let shard = try TwinKey("s1").shardIndex(shardCount: InstanceCluster.shards)
        cluster.server.core.shards[Int(shard)] = nil
        let answer = try cluster.ask(
            .requeueQuarantined, "server@server-a", QuarantinedRequest(id: id))
        #expect(answer.refusal == .conflict)
        try cluster.turn()
        #expect(try rows.quarantinedCount() == 1)
    }

    @Test("What a twin refuses when it is handed back is told, and is out of quarantine")
    func refusedAgain() throws {
        let rows = try files.rows(.server)
        var cluster = try running(["s1"], rows)
        let body = CommissionRequest(
            dc: try TwinKey("dc1"), rack: try TwinKey("r1"), labels: nil, ifGeneration: 99)
        try cluster.ask(.commission, "server/s9", body)
        let last = try #require(cluster.server.core.inHand?.lastMessage)
        cluster.server.core.quarantine = try twice("server/s9", last.digest, in: rows)
        #expect(try cluster.ask(.commission, "server/s9", body).refusal == .quarantined)
        let id = try #require(try rows.quarantined().first?.id)
        let requeued = try cluster.ask(
            .requeueQuarantined, "server@server-a", QuarantinedRequest(id: id)
        ).document(QuarantineCommandDocument.self)
        #expect(requeued.refusal?.code == .conflict)
        try cluster.turn()
        #expect(try rows.quarantinedCount() == 0)
    }
}

extension InstanceCluster {
    /// The answer to a batch, after the turn that commits it.
    fileprivate mutating func batchReply(to id: UInt64) throws -> ReportBatchReply {
        try turn()
        return try #require(answers[id]).document(ReportBatchReply.self)
    }
}
