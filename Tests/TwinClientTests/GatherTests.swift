import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("Lists merged from all instances", .serialized)
struct GatherTests {
    private static let keys = (0..<24).map { $0 < 10 ? "s0\($0)" : "s\($0)" }

    private func list(
        _ tier: FakeTier, limit: Int?, after: String? = nil
    ) throws -> GatheredList<ListDocument.Item> {
        let broker = try tier.broker()
        defer { broker.stop() }
        var connection = try Connection(to: broker.endpoint)
        return try connection.gather(
            .server, .listTwins, ListRequest(after: after), as: ListDocument.self, limit: limit)
    }

    /// All pages of a limited list, each from a new question with the cursor of the one before.
    private func walk(_ tier: FakeTier, limit: Int) throws -> [String] {
        var keys: [String] = []
        var cursor: String?
        for _ in 0..<100 {
            let page = try list(tier, limit: limit, after: cursor)
            #expect(page.items.count <= limit)
            #expect(page.missing.isEmpty)
            keys += page.items.map(\.key)
            guard let next = page.cursor else { return keys }
            cursor = next
        }
        Issue.record("the walk does not end")
        return keys
    }

    @Test("all pages of all instances are one ordered list")
    func whole() throws {
        let list = try list(FakeTier(keys: Self.keys), limit: nil)
        #expect(list.items.map(\.key) == Self.keys)
        #expect(list.cursor == nil)
        #expect(list.missing.isEmpty && list.failures.isEmpty)
    }

    @Test(
        "a limited list goes on with its cursor, without gap or double, and never above its limit",
        arguments: [1, 3, 12, 23, 24, 25])
    func pages(limit: Int) throws {
        #expect(try walk(FakeTier(keys: Self.keys), limit: limit) == Self.keys)
    }

    @Test(
        "a shard that moves between any two pages is told whole and once, wherever it was read",
        arguments: 0..<14, [true, false])
    func moves(question: Int, toFirst: Bool) throws {
        for shard in 0..<UInt16(FakeTier.shardCount) {
            let tier = try FakeTier(keys: Self.keys)
            tier.move(shard, to: toFirst ? "server-a" : "server-b", before: question)
            let list = try list(tier, limit: nil)
            #expect(list.items.map(\.key) == Self.keys, "shard \(shard)")
            #expect(list.missing.isEmpty && list.failures.isEmpty, "shard \(shard)")
        }
    }

    @Test(
        "a shard that nobody serves while it moves is waited for", arguments: 0..<8, [1, 4])
    func frozen(question: Int, lasting: Int) throws {
        let tier = try FakeTier(keys: Self.keys)
        tier.move(3, to: "server-a", before: question, frozenFor: lasting)
        let list = try list(tier, limit: nil)
        #expect(list.items.map(\.key) == Self.keys)
        #expect(list.missing.isEmpty && list.failures.isEmpty)
    }

    @Test(
        "a walk with the cursor sees every twin once, also when shards move under way",
        arguments: 0..<12)
    func walkAcrossMoves(question: Int) throws {
        let tier = try FakeTier(keys: Self.keys)
        for shard in 0..<UInt16(FakeTier.shardCount) {
            let place = question + 3 * Int(shard)
            tier.move(shard, to: shard % 2 == 0 ? "server-b" : "server-a", before: place)
        }
        #expect(try walk(tier, limit: 5) == Self.keys)
    }

    @Test("the shards of an owner that is away are named, with it and since when; the rest is told")
    func missing() throws {
        let tier = try FakeTier(keys: Self.keys)
        tier.lose("server-b")
        let list = try list(tier, limit: nil)
        #expect(list.items.map(\.key) == Self.keys.filter { tier.owner(of: $0) == "server-a" })
        #expect(list.missing.map(\.shard) == ["server#1", "server#3", "server#5", "server#7"])
        #expect(list.missing.allSatisfy { $0.instance == "server-b" })
        #expect(list.missing.allSatisfy { $0.since == FakeTier.goneSince })
        #expect(list.failures.map(\.name) == ["server-b"])
        #expect(list.failures.first?.error.exitStatus == .unavailable)
    }

    @Test("a page of a limited list names the shards that may lack something before its end")
    func limitedMissing() throws {
        let tier = try FakeTier(keys: Self.keys)
        tier.lose("server-b")
        let page = try list(tier, limit: 2)
        #expect(page.items.count == 2 && page.cursor == page.items.last?.key)
        #expect(page.missing.count == 4)
    }

    @Test("pages that do not say which shards they are of count for those of the placement")
    func olderRelease() throws {
        let tier = try FakeTier(keys: Self.keys)
        tier.hidesShards()
        let list = try list(tier, limit: nil)
        #expect(list.items.map(\.key) == Self.keys)
        #expect(list.missing.isEmpty)
    }

    @Test("when nobody answers that is the error")
    func nobody() throws {
        let tier = try FakeTier(keys: Self.keys)
        tier.lose("server-a")
        tier.lose("server-b")
        #expect(throws: ClientError.self) { try list(tier, limit: nil) }
    }

    @Test("what is of no shard is asked of every instance that is here, also one without shards")
    func ofNoShard() throws {
        var placement = try Fixtures.placement(server: ["server-a"])
        placement.instances = [
            .init(name: "server-a", tier: .server, state: .ok),
            .init(name: "server-b", tier: .server, state: .ok),
            .init(name: "server-c", tier: .server, state: .lost),
            .init(name: "rack-a", tier: .rack, state: .ok),
        ]
        let document = placement
        let broker = try FakeBroker { request in
            guard request.envelope.type == .listQuarantine else { return .document(document) }
            return .document(
                QuarantineListDocument(items: [
                    .init(
                        id: "\(request.destination):1", at: FakeTier.goneSince,
                        twin: "server/s1", form: "message", type: "Report", payloadBytes: 1,
                        reason: "twice")
                ]))
        }
        defer { broker.stop() }
        var connection = try Connection(to: broker.endpoint)
        let list = try connection.gather(
            .server, .listQuarantine, ListRequest(), as: QuarantineListDocument.self, limit: nil)
        #expect(list.items.map(\.id) == ["server@server-a:1", "server@server-b:1"])
        #expect(list.missing.isEmpty)
    }

    @Test(
        "what one twin has stays on one page, because the cursor names the twin",
        arguments: [(1, 3), (3, 3), (4, 3), (5, 5), (6, 6), (7, 6), (9, 9)])
    func together(limit: Int, expected: Int) throws {
        // Three incidents of s0, two of s1, one of s2, three of s3.
        let counts = [3, 2, 1, 3]
        let items = counts.indices.flatMap { twin in
            (1...counts[twin]).map { Self.incident("server/s\(twin):\($0)") }
        }
        let placement = try Fixtures.placement()
        let broker = try FakeBroker { request in
            request.envelope.type == .getPlacement
                ? .document(placement) : .document(IncidentsDocument(items: items))
        }
        defer { broker.stop() }
        var connection = try Connection(to: broker.endpoint)
        let list = try connection.gather(
            .server, .listIncidents, ListRequest(), as: IncidentsDocument.self, limit: limit)
        #expect(list.items == Array(items.prefix(expected)))
        #expect(list.cursor == (expected == items.count ? nil : list.items.last?.cursorKey))
    }

    private static func incident(_ id: String) -> IncidentDocument {
        IncidentDocument(
            id: id, address: String(id.prefix { $0 != ":" }), kind: "missing-report",
            candidates: [], severity: .warning, phase: "open", reopened: 0, flapping: false,
            mutedBy: [], pages: 0, since: FakeTier.goneSince, openedAt: FakeTier.goneSince,
            updatedAt: FakeTier.goneSince, summary: "silent", evidence: [], children: 0,
            racksAffected: 0, serversAffected: 0, serversTotal: 0, location: LocationDocument(),
            labels: [:], runbook: Runbook.sentence(for: .missingReport))
    }
}

extension IncidentDocument {
    fileprivate var cursorKey: String { String(address.split(separator: "/").last ?? "") }
}
