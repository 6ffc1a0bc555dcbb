import Testing
import TwinCore
import TwinRuntime
import TwinWire

/// Pages over the twins of an instance.
@Suite("Lists of an instance")
struct InstanceListTests {
    private static func names(_ count: Int) -> [String] { (0..<count).map { "s\($0)" } }

    private static func inKeyOrder(_ names: [String]) -> [String] {
        names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func listed(
        _ cluster: inout InstanceCluster, limit: Int, status: String? = nil,
        between: (inout InstanceCluster, Int) throws -> Void = { _, _ in }
    ) throws -> [String] {
        var keys: [String] = []
        var after: String?
        for page in 0..<100 {
            let answer = try cluster.ask(
                .listTwins, "server@server-a",
                ListRequest(limit: limit, after: after, status: status))
            let document = try answer.document(ListDocument.self)
            #expect(document.items.count <= limit)
            keys += document.items.map(\.key)
            guard let cursor = document.cursor else { return keys }
            after = cursor
            try between(&cluster, page)
        }
        return keys
    }

    @Test("Pages name every twin once, in the order of the keys' bytes", arguments: [1, 7, 100])
    func pages(limit: Int) throws {
        var cluster = try InstanceCluster.running()
        let names = Self.names(40)
        for name in names { try cluster.commission(name) }
        #expect(try Self.listed(&cluster, limit: limit) == Self.inKeyOrder(names))
        #expect(try Self.listed(&cluster, limit: limit, status: "healthy").isEmpty)
    }

    @Test("Twins that come between two pages disturb no other; decommissioned ones stay a day")
    func changes() throws {
        var cluster = try InstanceCluster.running()
        for name in Self.names(20) { try cluster.commission(name) }
        let keys = try Self.listed(&cluster, limit: 5) { cluster, page in
            guard page == 0 else { return }
            try cluster.ask(.decommission, "server/s9")
            try cluster.commission("s55")
            try cluster.pass(milliseconds: 3_000)
        }
        #expect(keys == Self.inKeyOrder(Self.names(20) + ["s55"]))
    }

    @Test("A recovered instance lists what it listed before")
    func recovered() throws {
        let files = try InstanceFiles()
        let rows = try files.rows(.server)
        var cluster = try InstanceCluster()
        cluster.server.rows = rows
        try cluster.pass(milliseconds: 3_000)
        for name in Self.names(20) { try cluster.commission(name) }
        try cluster.pass(milliseconds: 3_000)
        cluster.server.core = try cluster.server.recovered(from: rows)
        try cluster.pass(milliseconds: 3_000)
        #expect(try Self.listed(&cluster, limit: 7) == Self.inKeyOrder(Self.names(20)))
    }

    @Test("Maintenance comes in pages with a cursor, until the last")
    func maintenance() throws {
        var cluster = try InstanceCluster.running()
        for name in Self.names(9) {
            try cluster.commission(name)
            guard name != "s4" else { continue }
            try cluster.ask(
                .setMaintenance, "server/\(name)",
                SetMaintenanceRequest(
                    id: "m-\(name)", owner: "ana", reason: "firmware",
                    untilMilliseconds: (cluster.wall + .hours(2)).milliseconds))
        }
        var found: [String] = []
        var pages = 0
        var after: String?
        repeat {
            let answer = try cluster.ask(
                .listMaintenance, "server@server-a", ListRequest(limit: 3, after: after))
            let document = try answer.document(MaintenanceListDocument.self)
            #expect(document.items.count <= 3)
            found += document.items.map(\.address)
            after = document.cursor
            pages += 1
        } while after != nil && pages < 10
        #expect(after == nil)
        #expect(found == Self.names(9).filter { $0 != "s4" }.map { "server/\($0)" })
    }

    @Test("Incidents come in pages that end with the last twin")
    func incidents() throws {
        var cluster = try InstanceCluster.running()
        for name in Self.names(9) { try cluster.commission(name) }
        try cluster.pass(seconds: 910, reporting: [])
        var found: [String] = []
        var pages = 0
        var after: String?
        repeat {
            let answer = try cluster.ask(
                .listIncidents, "server@server-a", ListRequest(limit: 4, after: after))
            let document = try answer.document(IncidentsDocument.self)
            found += document.items.map(\.address)
            after = document.cursor
            pages += 1
        } while after != nil && pages < 10
        #expect(pages == 3)
        #expect(found == Self.names(9).map { "server/\($0)" })
    }

    @Test("A page says which shards it is of, and shows only those asked for")
    func shards() throws {
        var cluster = try InstanceCluster.running()
        let names = Self.names(40)
        for name in names { try cluster.commission(name) }
        let all = ShardSet(0..<UInt16(InstanceCluster.shards))
        for (type, count) in [(MessageType.listTwins, 40), (.listIncidents, 0)] {
            let answer = try cluster.ask(type, "server@server-a", ListRequest())
            if type == .listTwins {
                let document = try answer.document(ListDocument.self)
                #expect(document.items.count == count && document.shards == all)
            } else {
                let document = try answer.document(IncidentsDocument.self)
                #expect(document.items.count == count && document.shards == all)
            }
        }
        for index in 0..<UInt16(InstanceCluster.shards) {
            let asked = ShardSet([index, 4_000])
            let expected = try names.filter {
                try TwinKey($0).shardIndex(shardCount: InstanceCluster.shards) == index
            }
            for destination in ["server@server-a", "server#\(index)"] {
                let document = try cluster.ask(
                    .listTwins, destination, ListRequest(shards: asked)
                ).document(ListDocument.self)
                #expect(document.items.map(\.key) == Self.inKeyOrder(expected))
                #expect(document.shards == ShardSet([index]))
            }
        }
    }

    @Test("A list asked of a shard that is served elsewhere is refused: the client looks anew")
    func shardElsewhere() throws {
        var cluster = try InstanceCluster.running()
        for type in [MessageType.listTwins, .listIncidents, .listMaintenance] {
            let answer = try cluster.ask(type, "server#4000", ListRequest())
            #expect(answer.refusal == .notOwner)
        }
    }
}
