import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinWire

@Suite("Three tiers")
struct InstanceTiersTests {
    private static let keys = (0..<40).map { "s\($0 < 10 ? "0" : "")\($0)" }

    /// A rack of 40 servers that have reported for a minute.
    private func cluster() throws -> InstanceCluster {
        var cluster = try InstanceCluster.running()
        for key in Self.keys { try cluster.commission(key) }
        try cluster.pass(seconds: 60, reporting: Self.keys)
        return cluster
    }

    @Test("Statuses reach the rack and the data center, and are receipted once")
    func statuses() throws {
        var cluster = try cluster()
        #expect(try cluster.rackTwin()?.members.count == 40)
        #expect(try cluster.datacenterTwin()?.racks.count == 1)
        #expect(cluster.server.core.owing.count == 0)
        #expect(cluster.rack.core.owing.count == 0)
        let records = cluster.rack.records.count
        try cluster.pass(seconds: 5, reporting: [])
        #expect(cluster.rack.records.count == records, "a quiet cluster writes nothing")
        let rack = try cluster.ask(.getRack, "rack/r1").document(RackDocument.self)
        #expect(rack.verdict == .healthy)
        let dc = try cluster.ask(.getDatacenter, "dc/dc1").document(DatacenterDocument.self)
        #expect(dc.healthy)
    }

    @Test("A silent rack of 40 servers is one page in total, and its return resolves everything")
    func silentRack() throws {
        var cluster = try cluster()
        try cluster.pass(seconds: 120, reporting: [])
        let duringOutage = try cluster.alertLog()
        let pages = duringOutage.filter(\.pages)
        #expect(pages.map(\.address) == ["rack/r1"])
        #expect(pages.map(\.change) == ["opened"])
        let opened = duringOutage.filter { $0.address.hasPrefix("server/") }
        #expect(opened.count == 40)
        #expect(opened.allSatisfy { $0.change == "opened" && !$0.pages })
        let unhealthy = try cluster.ask(.getUnhealthyRacks, "dc/dc1", UnhealthyRacksRequest())
        #expect(try unhealthy.document(UnhealthyRacksDocument.self).racks.map(\.key) == ["r1"])

        try cluster.pass(seconds: 180, reporting: Self.keys)
        let log = try cluster.alertLog()
        #expect(log.filter(\.pages).map(\.change) == ["opened", "resolved"])
        #expect(try cluster.rackTwin()?.book.incidents.isEmpty == true)
        for key in Self.keys {
            #expect(try cluster.serverTwin(key)?.book.incidents.isEmpty == true)
        }
        let healthy = try cluster.ask(.getUnhealthyRacks, "dc/dc1", UnhealthyRacksRequest())
        #expect(try healthy.document(UnhealthyRacksDocument.self).racks.isEmpty)
    }

    @Test("Without a rack tier every server pages by itself once it is gone: too many, never none")
    func silentRackWithoutRackTier() throws {
        var cluster = try cluster()
        cluster.losing = (.statuses, .rack)
        try cluster.pass(seconds: 660, reporting: [])
        let pages = try cluster.alertLog().filter(\.pages)
        #expect(Set(pages.map(\.address)) == Set(Self.keys.map { "server/\($0)" }))
        #expect(pages.count == 40)
    }

    @Test("Lost statuses and lost receipts are told again until they are held")
    func lossOfMessages() throws {
        var cluster = try cluster()
        cluster.losing = (.statuses, .rack)
        try cluster.commission("extra")
        try cluster.pass(seconds: 5, reporting: [])
        #expect(try cluster.rackTwin()?.member(try TwinKey("extra")) == nil)
        cluster.losing = (.statuses, .server)
        try cluster.pass(seconds: 20, reporting: [])
        #expect(try cluster.rackTwin()?.member(try TwinKey("extra")) != nil)
        #expect(cluster.server.core.owing.count > 0)
        cluster.losing = nil
        try cluster.pass(seconds: 25, reporting: Self.keys)
        #expect(cluster.server.core.owing.count == 0)
    }

    @Test("A moved server leaves its old rack and joins its new one")
    func move() throws {
        var cluster = try cluster()
        try cluster.commission("s00", rack: "r2")
        try cluster.pass(seconds: 5, reporting: [])
        #expect(try cluster.rackTwin("r1")?.members.count == 39)
        #expect(try cluster.rackTwin("r2")?.members.map(\.key.description) == ["s00"])
        #expect(try cluster.serverTwin("s00")?.formerRacks.isEmpty == true)
        #expect(try cluster.datacenterTwin()?.racks.count == 2)
    }

    @Test("A decommissioned server leaves its rack; an empty rack leaves its data center")
    func decommission() throws {
        var cluster = try InstanceCluster.running()
        try cluster.commission("s1")
        try cluster.pass(seconds: 20, reporting: ["s1"])
        #expect(try cluster.ask(.decommission, "server/s1").type == .decommission)
        try cluster.pass(seconds: 5, reporting: [])
        #expect(try cluster.rackTwin() == nil)
        #expect(try cluster.datacenterTwin() == nil)
        #expect(cluster.server.core.owing.count == 0)
        let id = try cluster.report(["s1"])
        try cluster.turn()
        let reply = try #require(cluster.answers[id]).document(ReportBatchReply.self)
        #expect(reply.refused.map(\.code) == [.unknownAddress])
    }

    @Test("A rack's maintenance covers its members and mutes the rack's own page")
    func maintenance() throws {
        var cluster = try cluster()
        let body = SetMaintenanceRequest(
            id: "w1", owner: "ann", reason: "new switch",
            untilMilliseconds: (cluster.wall + .minutes(30)).milliseconds)
        #expect(try cluster.ask(.setMaintenance, "rack/r1", body).type == .setMaintenance)
        #expect(
            try !cluster.ask(.setMaintenance, "rack/r1", body).document(CommandDocument.self)
                .changed)
        try cluster.pass(seconds: 5, reporting: [])
        #expect(try cluster.serverTwin("s00")?.book.isInMaintenance == true)
        try cluster.pass(seconds: 900, reporting: [])
        #expect(try cluster.alertLog().filter(\.pages).isEmpty)
    }

    // MARK: blindness

    @Test("While the broker is away nobody becomes missing; afterwards silence counts anew")
    func brokerAway() throws {
        var cluster = try cluster()
        cluster.isBrokerAway = true
        try cluster.pass(milliseconds: 600_000, step: 500)
        #expect(cluster.server.core.shards[0]?.conditions.isObserving == false)
        for key in Self.keys {
            #expect(try cluster.serverTwin(key)?.book.incidents.isEmpty == true)
        }
        cluster.isBrokerAway = false
        try cluster.pass(seconds: 20, reporting: [])
        #expect(cluster.server.core.shards[0]?.conditions.isObserving == true)
        for key in Self.keys {
            #expect(try cluster.serverTwin(key)?.book.incidents.isEmpty == true)
        }
        try cluster.pass(seconds: 90, reporting: Array(Self.keys.dropFirst()))
        #expect(try cluster.serverTwin("s00")?.statusWord == "missing")
        #expect(try cluster.serverTwin("s01")?.book.incidents.isEmpty == true)
    }

    @Test("A pause of the process blames nobody, and costs at most a second of elapsed time")
    func paused() throws {
        var cluster = try cluster()
        let before = cluster.server.core.time.running
        cluster.now += 300_000
        try cluster.turn()
        #expect(cluster.server.core.time.running - before == Limits.elapsedPerTurnMax)
        try cluster.pass(seconds: 15, reporting: Self.keys)
        for key in Self.keys {
            #expect(try cluster.serverTwin(key)?.book.incidents.isEmpty == true)
        }
        #expect(try cluster.alertLog().filter(\.pages).isEmpty)
    }

    @Test("Server shards that nobody hears leave their racks' quorum: unknown, not unhealthy")
    func unheardShards() throws {
        var cluster = try cluster()
        cluster.unheardServers = ShardSet(0..<UInt16(InstanceCluster.shards))
        try cluster.pass(seconds: 10, reporting: Self.keys)
        #expect(try cluster.rackTwin()?.verdict == .unknown)
        cluster.unheardServers = ShardSet()
        try cluster.pass(seconds: 10, reporting: Self.keys)
        #expect(try cluster.rackTwin()?.verdict == .healthy)
    }

    @Test("After a minute without a rack owner every answer of the data center says what is stale")
    func stalePicture() throws {
        var cluster = try cluster()
        let shard = try TwinKey("r1").shardIndex(shardCount: InstanceCluster.shards)
        cluster.unheardRacks = ShardSet(0..<UInt16(InstanceCluster.shards))
        let began = cluster.wall
        try cluster.pass(seconds: 58, reporting: Self.keys)
        #expect(try cluster.stalePictures() == [nil, nil, nil, nil])
        try cluster.pass(seconds: 5, reporting: Self.keys)
        let told = try cluster.stalePictures()
        let stale = try #require(told[0])
        #expect(told == [stale, stale, stale, stale], "each answer says the same")
        #expect(stale.address == "dc/dc1" && stale.racks == 1 && stale.racksTotal == 1)
        #expect(stale.silent.map(\.instance) == ["rack-a"])
        #expect(stale.silent.map(\.shards) == [[shard]], "only the shard that holds its rack")
        let since = try #require(stale.since).timestamp - began
        #expect((Milliseconds.zero...Limits.beatInterval).contains(since), "from the first beat on")

        let files = try InstanceFiles()
        let replayed = try cluster.dc.recovered(from: try files.rows(.dc))
        #expect(try cluster.dc.differences(to: replayed) == [])
        cluster.unheardRacks = ShardSet()
        try cluster.pass(seconds: 3, reporting: Self.keys)
        #expect(try cluster.stalePictures() == [nil, nil, nil, nil])
    }
}

extension InstanceCluster {
    /// What each kind of the data center's answers says of its picture; nil = it is of now.
    fileprivate mutating func stalePictures() throws -> [StalenessDocument?] {
        let racks = try ask(.getUnhealthyRacks, "dc/dc1", UnhealthyRacksRequest())
            .document(UnhealthyRacksDocument.self)
        #expect(racks.stale == (racks.staleness != nil))
        return [
            racks.staleness,
            try ask(.getDatacenter, "dc/dc1").document(DatacenterDocument.self).staleness,
            try ask(.listTwins, "dc@dc-a", ListRequest()).document(ListDocument.self).stale?.first,
            try ask(.listIncidents, "dc@dc-a", ListRequest()).document(IncidentsDocument.self)
                .stale?.first,
        ]
    }
}
