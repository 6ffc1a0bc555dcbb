import Testing
import TwinCore
import TwinRuntime
import TwinWire

@Suite("Turn")
struct TurnTests {
    @Test("Nothing leaves before its turn is durable: new effects, duplicates, queries, refusals")
    func nothingBeforeTheCommit() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        let at = cluster.wall
        try cluster.report(["s1"], at: at)
        try cluster.pass(milliseconds: 2_000)
        cluster.answers.removeAll()

        cluster.server.isDiskHeld = true
        var ids = [
            try cluster.report(["s1"]), try cluster.report(["s1"], at: at),
            try cluster.send(.getServer, to: "server/s1", []),
            try cluster.send(.getServer, to: "server/nobody", []),
            try cluster.send(.ping, to: "server/s1", []),
        ]
        try cluster.turn()
        #expect(cluster.server.held != nil)
        ids += [
            try cluster.report(["s1"], at: at), try cluster.send(.getServer, to: "server/s1", []),
        ]
        let beat = cluster.beats[.server]?.number
        try cluster.pass(milliseconds: 1_900)
        #expect(cluster.answers.isEmpty)
        #expect(cluster.beats[.server]?.number != beat, "beats wait for nothing")

        try cluster.carry(try cluster.server.releaseDisk(), from: .server)
        #expect(cluster.answers.keys.sorted() == Array(ids.prefix(5)))
        try cluster.turn()
        #expect(cluster.answers.keys.sorted() == ids)
    }

    @Test("At the journal's limit nothing new is taken, queries are, and nobody is called missing")
    func journalAtItsLimit() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        try cluster.pass(seconds: 60, reporting: ["s1"])
        cluster.server.journalBytes = Limits.journalBytesMax
        try cluster.turn()
        #expect(try cluster.commission("s2").refusal == .overloaded)
        #expect(try cluster.ask(.getServer, "server/s1").refusal == nil)
        try cluster.pass(seconds: 120, reporting: ["s1"])
        #expect(try #require(try cluster.serverTwin("s1")).book.opened.isEmpty)

        cluster.server.journalBytes = 0
        try cluster.pass(seconds: 60, reporting: ["s1"])
        #expect(try cluster.commission("s2").refusal == nil)
        #expect(try #require(try cluster.serverTwin("s1")).book.opened.isEmpty)
        try cluster.pass(seconds: 60, reporting: [])
        let found = try #require(try cluster.serverTwin("s1")).book.openKinds
        #expect(found == [IncidentKind.missingReport.rawValue])
    }

    @Test("A turn without inputs writes no record and says nothing")
    func quietTurn() throws {
        var cluster = try InstanceCluster.running()
        try cluster.pass(milliseconds: 5_000)
        let records = cluster.server.records.count
        let clock = TurnClock(
            monotonic: cluster.now + 10, suspendedAware: cluster.now + 10, wall: cluster.wall)
        #expect(try cluster.server.turn(at: clock).isEmpty)
        #expect(cluster.server.records.count == records)
    }

    @Test("All inputs of a turn share its time, however long its commit waits")
    func oneTimePerTurn() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        cluster.server.isDiskHeld = true
        try cluster.report(["s1"])
        try cluster.turn()
        try cluster.pass(milliseconds: 1_500)
        let before = cluster.server.core.time
        try cluster.pass(milliseconds: 400)
        #expect(cluster.server.core.time == before)
        try cluster.carry(try cluster.server.releaseDisk(), from: .server)
        try cluster.pass(milliseconds: 500)
        #expect(cluster.server.core.time.wall > before.wall)
    }

    @Test("Rows are never ahead of the journal, and the journal is kept for those behind")
    func slices() throws {
        var cluster = try InstanceCluster.running()
        let keys = (0..<30).map { "s\($0)" }
        for key in keys { try cluster.commission(key) }
        try cluster.pass(seconds: 100, reporting: keys)
        #expect(!cluster.server.slices.isEmpty)
        for (slice, durable) in cluster.server.slices {
            #expect(slice.journalFrom <= durable + 1)
            for row in slice.twins {
                let shard = try #require(cluster.server.core.shards[Int(row.shard)])
                #expect(row.position <= shard.position)
            }
        }
        let order = cluster.server.slices.map(\.slice.journalFrom)
        #expect(order == order.sorted())
    }

    @Test("What rows need of the journal never goes back, also when most shards were idle")
    func idleShards() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s0")
        try cluster.pass(seconds: 60, reporting: ["s0"])
        let keys = (0..<30).map { "s\($0)" }
        for key in keys { try cluster.commission(key) }
        try cluster.pass(seconds: 20, reporting: keys)
        let order = cluster.server.slices.map(\.slice.journalFrom)
        #expect(order == order.sorted())
    }

    @Test("At most one slice of rows is under way, and the next waits for it")
    func oneSlice() throws {
        var cluster = try InstanceCluster.running()
        cluster.server.savesRows = false
        let before = cluster.server.slices.count
        for number in 0..<10 { try cluster.commission("s\(number)") }
        try cluster.pass(milliseconds: 10_000)
        #expect(cluster.server.slices.count == before + 1)
        try cluster.server.releaseRows()
        cluster.server.savesRows = false
        try cluster.pass(milliseconds: 2_000)
        #expect(cluster.server.slices.count == before + 2)
    }
}
