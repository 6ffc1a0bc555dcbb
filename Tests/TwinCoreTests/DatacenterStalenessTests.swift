import Msgpack
import Testing
import TwinCore

@Suite("A data center's stale picture")
struct DatacenterStalenessTests {
    private static let allServers = ShardSet(UInt16(0)..<UInt16(RackBench.shardCount))

    @Test(
        "An absence makes the picture stale when it has lasted as long as configured",
        arguments: [5, 60, 300])
    func configured(seconds: Int64) throws {
        var bench = DatacenterBench(racks: 6) { _, _, _ in }
        bench.configuration.staleAfter = .seconds(seconds)
        let began = bench.wall
        let shard = bench.dc.racks[2].shard
        bench.unheard = ShardSet([shard])
        bench.step(.childShards)
        bench.pass(seconds: Double(seconds) - 1)
        #expect(!bench.dc.isStale)
        bench.pass(seconds: 1)
        let picture = try #require(bench.dc.stalePicture, "its own timer says so")
        #expect(picture.silences.map(\.tier) == [.rack])
        #expect(picture.silences.map(\.shards) == [ShardSet([shard])])
        #expect(picture.silences.map(\.sinceWall) == [began])
        #expect(bench.dc.rackCount(in: picture.silences[0].shards) == 1)
        bench.pass(seconds: 600)
        #expect(bench.dc.stalePicture == picture, "nothing of it changes by itself")

        bench.unheard = ShardSet()
        bench.step(.childShards)
        #expect(!bench.dc.isStale && bench.dc.staleness.isEmpty)
    }

    @Test("Only shards that are silent without a break count, each from its own moment")
    func flapping() throws {
        var bench = DatacenterBench(racks: 6) { _, _, _ in }
        let shards = bench.dc.racks.map(\.shard)
        bench.unheard = ShardSet(shards[0...3])
        bench.step(.childShards)
        bench.pass(seconds: 30)
        bench.unheard = ShardSet([shards[0], shards[4]])
        bench.step(.childShards)
        bench.unheard = ShardSet([shards[0], shards[1], shards[4]])
        bench.step(.childShards)
        bench.pass(seconds: 30)
        #expect(bench.dc.stalePicture?.silences.map(\.shards) == [ShardSet([shards[0]])])
        bench.pass(seconds: 30)
        #expect(
            bench.dc.stalePicture?.silences.map(\.shards) == [
                ShardSet([shards[0]]), ShardSet([shards[4]]), ShardSet([shards[1]]),
            ])
    }

    @Test("Silent rack shards without racks of the data center make nothing stale")
    func othersRacks() {
        var bench = DatacenterBench(racks: 3) { _, _, _ in }
        bench.unheard = Self.allServers.subtracting(ShardSet(bench.dc.racks.map(\.shard)))
        bench.step(.childShards)
        bench.pass(seconds: 120)
        #expect(!bench.dc.isStale)
    }

    @Test("Silent server shards make the picture stale too, and each tier is told apart")
    func servers() {
        var bench = DatacenterBench(racks: 3) { _, _, _ in }
        bench.unheard = ShardSet([bench.dc.racks[0].shard])
        bench.step(.observation(ObservationReport(servers: Self.allServers)))
        bench.pass(seconds: 60)
        #expect(bench.dc.stalePicture?.silences.map(\.tier) == [.rack, .server])
        bench.unheard = ShardSet()
        bench.step(.childShards)
        #expect(bench.dc.stalePicture?.silences.map(\.tier) == [.server])
        bench.step(.observation(ObservationReport()))
        #expect(!bench.dc.isStale)
    }

    @Test("Staleness changes no verdict, opens nothing and pages nobody by itself")
    func verdict() {
        var bench = DatacenterBench(racks: 40) { _, _, _ in }
        bench.unheard = ShardSet([bench.dc.racks[7].shard])
        bench.step(.childShards)
        #expect(bench.dc.verdict == .healthy, "one of forty racks is unknown")
        let told = bench.alerts.count
        bench.pass(seconds: 120)
        #expect(bench.dc.isStale && bench.dc.verdict == .healthy)
        #expect(bench.alerts.count == told)
    }

    @Test("A new configuration counts from the next step on, for absences that last already")
    func reconfigured() {
        var bench = DatacenterBench(racks: 2) { _, _, _ in }
        bench.unheard = ShardSet([bench.dc.racks[0].shard])
        bench.step(.childShards)
        bench.pass(seconds: 20)
        bench.configuration.staleAfter = .seconds(10)
        bench.step(.childShards)
        #expect(bench.dc.isStale)
        bench.configuration.staleAfter = .hours(1)
        bench.step(.childShards)
        #expect(!bench.dc.isStale)
    }

    @Test("It is in the twin's row; a row that says nothing of it is one of an older release")
    func rows() throws {
        var bench = DatacenterBench(racks: 2) { _, _, _ in }
        let key = Array("silences".utf8)
        let quiet = try MsgpackEncoder.encode(bench.dc)
        #expect(!quiet.indices.contains { quiet[$0...].starts(with: key) })
        bench.unheard = ShardSet([bench.dc.racks[0].shard])
        bench.step(.childShards)
        bench.pass(seconds: 60)
        let row = try MsgpackEncoder.encode(bench.dc)
        let read = try MsgpackDecoder.decode(DatacenterTwin.self, from: row)
        #expect(read.stalePicture == bench.dc.stalePicture && read.isStale)
        #expect(read.nextDue == bench.dc.nextDue)
        #expect(try MsgpackEncoder.encode(read) == row)
    }

    @Test("The configured time is kept within its bounds, and the default leaves rows as they were")
    func bounds() throws {
        #expect(ClusterConfiguration(staleAfter: .zero).staleAfter == Limits.staleAfterMin)
        #expect(ClusterConfiguration(staleAfter: .hours(99)).staleAfter == Limits.staleAfterMax)
        let plain = try MsgpackEncoder.encode(ClusterConfiguration())
        #expect(
            try MsgpackEncoder.encode(ClusterConfiguration(staleAfter: .seconds(60))) == plain)
        let told = ClusterConfiguration(staleAfter: .seconds(7))
        let row = try MsgpackEncoder.encode(told)
        #expect(try MsgpackDecoder.decode(ClusterConfiguration.self, from: row) == told)
    }
}
