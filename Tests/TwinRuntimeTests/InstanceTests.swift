import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinWire

@Suite("Instance core")
struct InstanceTests {
    // MARK: membership

    @Test("A granted instance bears its shards, and names them only once their record is durable")
    func births() throws {
        var cluster = try InstanceCluster()
        try cluster.turn()
        cluster.server.isDiskHeld = true
        try cluster.pass(milliseconds: 1_500)
        #expect(cluster.server.core.ownedIndices.count == InstanceCluster.shards)
        #expect(cluster.beats[.server]?.owned.isEmpty == true)
        try cluster.carry(try cluster.server.releaseDisk(), from: .server)
        try cluster.pass(milliseconds: 1_500)
        #expect(cluster.beats[.server]?.owned.count == InstanceCluster.shards)
    }

    @Test("Shards that the placement calls born and that we do not hold are not made anew")
    func lostShards() throws {
        var cluster = try InstanceCluster()
        for index in 0..<UInt16(InstanceCluster.shards) {
            cluster.placement[ShardID(tier: .server, index: index)]?.isBorn = true
        }
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.server.core.ownedIndices.isEmpty)
        #expect(cluster.server.core.counters.lostShards == InstanceCluster.shards)
        #expect(try cluster.commission("s1").refusal == .notOwner)
    }

    @Test("The credit counts from the registration on, so that a new one does not widen it")
    func credit() throws {
        var cluster = try InstanceCluster.running()
        for number in 0..<20 { try cluster.commission("s\(number)") }
        cluster.isBrokerAway = true
        try cluster.pass(milliseconds: 6_000)
        cluster.isBrokerAway = false
        try cluster.pass(milliseconds: 3_000)
        #expect(cluster.server.core.membership == .member)
        #expect(cluster.beats[.server]?.credit == Limits.instanceCreditBytes)
    }

    @Test("Before its placement is known an instance calls nobody unknown")
    func beforeTheGrant() throws {
        var cluster = try InstanceCluster()
        try cluster.report(["s1"])
        let id = try cluster.report(["s2"])
        try cluster.turn()
        let reply = try #require(cluster.answers[id]).document(ReportBatchReply.self)
        #expect(reply.refused.map(\.code) == [.unavailable])
        #expect(cluster.server.core.unknownReporters.reporters.isEmpty)
    }

    // MARK: commissions

    @Test("A commission is idempotent by content and guarded by its generation")
    func commissions() throws {
        var cluster = try InstanceCluster.running()
        let first = try cluster.commission("s1").document(CommandDocument.self)
        #expect(first.changed)
        let again = try cluster.commission("s1").document(CommandDocument.self)
        #expect(!again.changed)
        #expect(again.generation == first.generation)
        #expect(try cluster.commission("s1", rack: "r2", ifGeneration: 0).refusal == .conflict)
        #expect(try cluster.commission("s9", ifGeneration: 4).refusal == .conflict)
        let moved = try cluster.commission("s1", rack: "r2", ifGeneration: first.generation)
        #expect(try moved.document(CommandDocument.self).changed)
    }

    @Test("A simulated server is refused where the broker allows none")
    func simulated() throws {
        var cluster = try InstanceCluster.running()
        let answer = try cluster.commission("s1", labels: ["simulated": "true"])
        #expect(answer.refusal == .unauthorized)
    }

    // MARK: reports

    @Test("A batch takes each report by itself: one that is bad never spoils its neighbours")
    func batch() throws {
        var cluster = try InstanceCluster.running()
        for key in ["s1", "s2", "s3"] { try cluster.commission(key) }
        let id = try cluster.report(["s1", "nobody", "s2", "s3"])
        try cluster.turn()
        let reply = try #require(cluster.answers[id]).document(ReportBatchReply.self)
        #expect(reply.accepted == 3)
        #expect(reply.refused.map(\.code) == [.unknownAddress])
        #expect(reply.refused.map(\.first) == [1])
        #expect(cluster.server.core.unknownReporters.reporters.map(\.key.description) == ["nobody"])
    }

    @Test("A report is taken once, by its time; the second is a duplicate and writes nothing")
    func duplicates() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        let at = cluster.wall
        try cluster.report(["s1"], at: at)
        try cluster.pass(milliseconds: 1_000)
        let records = cluster.server.records.count
        let id = try cluster.report(["s1"], at: at)
        try cluster.turn()
        let reply = try #require(cluster.answers[id]).document(ReportBatchReply.self)
        #expect(reply.duplicate == 1)
        #expect(cluster.server.records.count == records)
        #expect(cluster.server.core.arena.isEmpty)
        let document = try cluster.ask(.getServer, "server/s1").document(ServerDocument.self)
        #expect(document.report.duplicate == 1)
    }

    @Test("A report as a map is taken like one of a batch")
    func mapForm() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        let body = ReportRequest(metrics: ["system.cpu.utilization": 0.5])
        let reply = try cluster.ask(.report, "server/s1", body).document(ReportReply.self)
        #expect(reply.outcome == .accepted)
        #expect(try cluster.ask(.report, "server/s2", body).refusal == .unknownAddress)
    }

    @Test("A report from our future is refused and one from long ago is dropped: both are heard")
    func timesOfReports() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        try cluster.report(["s1"])
        try cluster.turn()
        let future = try cluster.report(["s1"], at: cluster.wall + .seconds(61))
        let old = try cluster.report(["s1"], at: cluster.wall + (.zero - .minutes(16)))
        try cluster.turn()
        let futureReply = try #require(cluster.answers[future]).document(ReportBatchReply.self)
        #expect(futureReply.refused.map(\.code) == [.invalid])
        let oldReply = try #require(cluster.answers[old]).document(ReportBatchReply.self)
        #expect(oldReply.tooOld == 1)
        let counters = try #require(try cluster.serverTwin("s1")).counters
        #expect(counters.future == 1)
        #expect(counters.tooOld == 1)
    }

    // MARK: refusals

    @Test(
        "What another tier takes is refused as such",
        arguments: [
            (MessageType.getRack, "server/s1"), (.getServer, "rack/r1"), (.commission, "rack/r1"),
            (.getDatacenter, "rack/r1"), (.getUnhealthyRacks, "server/s1"),
            (.reportBatch, "dc/dc1"), (.clusterStatus, "server/s1"),
        ] as [(MessageType, String)])
    func otherTier(type: MessageType, destination: String) throws {
        var cluster = try InstanceCluster.running()
        #expect(try cluster.ask(type, destination).refusal == .invalid)
    }

    @Test(
        "A twin that does not exist is unknown to every request",
        arguments: [
            (MessageType.getServer, "server/s1"), (.getRack, "rack/r1"), (.getDatacenter, "dc/d"),
            (.getUnhealthyRacks, "dc/d"), (.decommission, "server/s1"),
        ] as [(MessageType, String)])
    func unknownTwin(type: MessageType, destination: String) throws {
        var cluster = try InstanceCluster.running()
        #expect(try cluster.ask(type, destination).refusal == .unknownAddress)
    }

    @Test("Hostile frames are counted or refused and change nothing")
    func hostileFrames() throws {
        var cluster = try InstanceCluster.running()
        let records = cluster.server.records.count
        let envelope = Envelope(kind: .request, type: .commission, requestID: 9).packed
        let route = Array("client".utf8)
        let good = Array("server/s1".utf8)
        cluster.server.inbox += [
            [], [[1]], [[1], [2]], [[1], [2], [3]], [route, good, [0xC1], []],
            [route, [0xFF, 0x00], envelope, []], [route, good, envelope, [0xC1]],
            [route, good, envelope, [0x93, 1, 2]], [envelope, [0xC1]],
            [route, good, envelope, [], []],
        ]
        try cluster.turn()
        #expect(cluster.server.records.count == records)
        #expect(cluster.answers[9]?.refusal == .invalid)
        #expect(cluster.server.core.counters.malformed >= 5)
    }

    // MARK: alerts

    @Test("A reader that waits is answered by the turn that brings a record, or at its time")
    func waitingReader() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        let body = ReadAlertsRequest(waitMilliseconds: 20_000)
        let early = try cluster.send(.readAlerts, to: "server@server-a", Payload.pack(body))
        try cluster.pass(milliseconds: 19_000)
        #expect(cluster.answers[early] == nil)
        try cluster.pass(milliseconds: 2_000)
        let empty = try #require(cluster.answers[early]).document(AlertsPage.self)
        #expect(empty.alerts.isEmpty)
        try cluster.pass(seconds: 870, reporting: [])
        let late = try cluster.send(.readAlerts, to: "server@server-a", Payload.pack(body))
        try cluster.pass(milliseconds: 20_000)
        let page = try #require(cluster.answers[late]).document(AlertsPage.self)
        #expect(page.alerts.map(\.change) == ["opened"])
        #expect(page.alerts.first?.incident?.kind == "never-reported")
    }

    @Test("A cursor goes on where it stopped: every record once, in order")
    func cursor() throws {
        var cluster = try InstanceCluster.running()
        let keys = (0..<30).map { "s\($0)" }
        for key in keys { try cluster.commission(key) }
        try cluster.pass(seconds: 910, reporting: [])
        var seen: [String] = []
        var after: AlertCursor?
        while true {
            let body = ReadAlertsRequest(after: after, limit: 7)
            let answer = try cluster.ask(.readAlerts, "server@server-a", body)
            let page = try answer.document(AlertsPage.self)
            #expect(page.alerts.count <= 7)
            seen += page.alerts.map(\.id)
            after = page.cursor
            if page.alerts.isEmpty { break }
        }
        #expect(seen.count == 30)
        #expect(Set(seen).count == 30)
    }
}
