import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("Recovery")
struct RecoveryTests {
    private static let keys = InstanceCluster.storyKeys

    @Test("At any time the journal alone brings every tier back, bit by bit")
    func fromTheJournal() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster()
        var number = 0
        try cluster.story { cluster, when in
            number += 1
            let name = "empty-\(number)"
            try compare(
                cluster, server: try files.rows(.server, name), rack: try files.rows(.rack, name),
                dc: try files.rows(.dc, name), when: when)
        }
    }

    @Test("At any time rows and the journal behind them bring every tier back, bit by bit")
    func fromRows() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster()
        let server = try files.rows(.server)
        let rack = try files.rows(.rack)
        let dc = try files.rows(.dc)
        cluster.server.rows = server
        cluster.rack.rows = rack
        cluster.dc.rows = dc
        try cluster.story { cluster, when in
            try compare(cluster, server: server, rack: rack, dc: dc, when: when)
        }
        #expect(try server.meta().journalFrom.rawValue > 10)
    }

    @Test("Slices without a pause write few shards each, and bring all back, bit by bit")
    func fromHurriedRows() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster()
        let rows = try files.rows(.server)
        cluster.server.rows = rows
        cluster.server.journalBytes = Limits.journalBytesMax / 2
        cluster.server.hurriesRows = true
        try cluster.story { cluster, when in
            let recovered = try cluster.server.recovered(from: rows)
            #expect(try cluster.server.differences(to: recovered) == [], "\(when)")
        }
        let most = cluster.server.core.ownedIndices.count / Slicing.hurriedSlicesPerHeader + 1
        let counts = cluster.server.slices.map(\.slice.shards.count)
        #expect(counts.contains(most), "no slice left a shard for the next one")
        #expect(counts.contains { $0 > most }, "the first slice has all shards")
        #expect(counts.count { $0 <= most } > counts.count / 2)
        #expect(try rows.meta().journalFrom.rawValue > 10)
    }

    @Test("Rows that were left behind half-way and the whole rest of the journal do too")
    func fromOldRows() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster()
        let server = try files.rows(.server)
        cluster.server.rows = server
        var looks = 0
        try cluster.story { _, _ in looks += 1 }
        cluster.server.savesRows = false
        try cluster.pass(seconds: 60, reporting: Self.keys)
        try cluster.commission("late")
        try cluster.pass(seconds: 60, reporting: Self.keys)
        let recovered = try cluster.server.recovered(from: server)
        #expect(try cluster.server.differences(to: recovered) == [])
        #expect(looks > 0)
    }

    @Test("What changed while rows were behind is in the shard's row once its record is dropped")
    func conditionsBehindOldRows() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster.running()
        let rows = try files.rows(.server)
        cluster.server.rows = rows
        cluster.losing = (.statuses, .rack)
        cluster.server.savesRows = false
        for number in 0..<600 { try cluster.commission("s\(number)") }
        cluster.isBrokerAway = true
        try cluster.pass(milliseconds: 6_000)
        let change = cluster.server.records.count
        try cluster.server.releaseRows()
        var seen: Set<UInt64> = []
        for _ in 0..<14 {
            try cluster.pass(milliseconds: 1_000)
            let from = try rows.meta().journalFrom.rawValue
            seen.insert(from)
            let recovered = try cluster.server.recovered(from: rows)
            #expect(try cluster.server.differences(to: recovered) == [], "from record \(from)")
        }
        #expect(seen.count > 2, "rows came back in one slice")
        #expect(try rows.meta().journalFrom.rawValue > change)
    }

    @Test("A recovered instance has the whole alert log: every record once, the same bytes")
    func alerts() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster()
        let rows = try files.rows(.server)
        cluster.server.rows = rows
        try cluster.story { _, _ in }
        let before = try cluster.alertLog().filter { $0.address.hasPrefix("server/") }
        #expect(!before.isEmpty)
        let inMemory = try cluster.server.recovered(from: try files.rows(.server, "none"))
        cluster.server.core = inMemory
        cluster.server.rows = nil
        try cluster.pass(milliseconds: 3_000)
        let after = try cluster.alertLog().filter { $0.address.hasPrefix("server/") }
        #expect(after == before)
    }

    @Test("A recovered instance emits nothing, then owes what was not receipted")
    func owes() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster.running()
        cluster.losing = (.statuses, .rack)
        try cluster.commission("s1")
        try cluster.pass(milliseconds: 1_000)
        cluster.server.core = try cluster.server.recovered(from: try files.rows(.server))
        #expect(cluster.server.core.owing.count == 1)
        cluster.losing = nil
        try cluster.pass(milliseconds: 5_000)
        #expect(cluster.server.core.owing.count == 0)
        #expect(try cluster.rackTwin()?.members.count == 1)
    }

    @Test("After a restart nobody is missing who only could not be heard")
    func floorAfterRestart() throws {
        let files = try InstanceFiles()
        var cluster = try InstanceCluster.running()
        for key in Self.keys { try cluster.commission(key) }
        try cluster.pass(seconds: 40, reporting: Self.keys)
        try cluster.pass(seconds: 5, reporting: [])
        cluster.server.core = try cluster.server.recovered(from: try files.rows(.server))
        cluster.now += 600_000
        try cluster.pass(seconds: 20, reporting: [])
        for key in Self.keys {
            #expect(try cluster.serverTwin(key)?.book.incidents.isEmpty == true)
        }
    }

    private func compare(
        _ cluster: InstanceCluster, server: RowStore, rack: RowStore, dc: RowStore, when: String
    ) throws {
        let servers = try cluster.server.recovered(from: server)
        #expect(try cluster.server.differences(to: servers) == [], "server tier, \(when)")
        let racks = try cluster.rack.recovered(from: rack)
        #expect(try cluster.rack.differences(to: racks) == [], "rack tier, \(when)")
        let datacenters = try cluster.dc.recovered(from: dc)
        #expect(try cluster.dc.differences(to: datacenters) == [], "dc tier, \(when)")
    }
}
