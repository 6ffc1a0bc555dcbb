import ArgumentParser
import Foundation
import Synchronization
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("Lists that are gathered", .serialized)
struct ListCommandTests {
    private static let since = RFC3339(Timestamp(milliseconds: 1_700_000_000_000))

    private func run(
        _ line: String, isAway: Bool = false
    ) throws -> (status: TwinClient.ExitStatus, told: Told) {
        try run(line, against: try broker(isAway: isAway))
    }

    private func run(
        _ line: String, against broker: FakeBroker
    ) throws -> (status: TwinClient.ExitStatus, told: Told) {
        let told = Told()
        let arguments = line.split(separator: " ").map(String.init)
        let command = try #require(try Twinctl.parseAsRoot(arguments) as? any TwinctlCommand)
        let status = command.execute(
            output: told.output, environment: ["TWIN_BROKER": broker.endpoint])
        broker.stop()
        return (status, told)
    }

    /// Two instances a tier with a shard each; `*-b` may be away. Each holds one twin of a rack
    /// r1 with one incident.
    private func broker(isAway: Bool, asked: Asked = Asked()) throws -> FakeBroker {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: 2))
        for tier in Tier.allCases {
            for (index, letter) in ["a", "b"].enumerated() {
                placement[ShardID(tier: tier, index: UInt16(index))] = .init(
                    instance: try InstanceName("\(tier)-\(letter)"), epoch: .first, isBorn: true)
            }
        }
        let document = PlacementDocument(
            clusterId: "test", protocol: 1, placement: placement, instances: [])
        return try FakeBroker { request in
            switch request.envelope.type {
            case .getPlacement: return .document(document)
            case .clusterStatus: return .document(Self.status)
            default: break
            }
            if isAway, request.destination.hasSuffix("-b") {
                return .refuse(Refusal(.unavailable, "\(request.destination) is gone for 12 s"))
            }
            do {
                let question = try request.decode(ListRequest.self)
                asked.add(question)
                guard case .instance(let tier, let name) = try Destination(request.destination)
                else { return .refuse(Refusal(.invalid, "not an instance")) }
                let shard = ShardSet([name.text.hasSuffix("-b") ? 1 : 0])
                let key = "\(name)-1"
                let isBehind = question.after.map { key > $0 } ?? true
                guard request.envelope.type == .listTwins else {
                    return .document(
                        IncidentsDocument(
                            items: !isBehind ? [] : [try Self.incident("\(tier)/\(key):1")],
                            shards: shard))
                }
                return .document(
                    ListDocument(
                        tier: tier,
                        items: [
                            .init(
                                address: "\(tier)/\(key)", key: key, status: "missing",
                                incidents: [])
                        ], missing: [], shards: shard))
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
    }

    private final class Asked: Sendable {
        private let questions = Mutex<[ListRequest]>([])

        func add(_ question: ListRequest) { questions.withLock { $0.append(question) } }

        var all: [ListRequest] { questions.withLock { $0 } }
    }

    private static var status: StatusDocument {
        StatusDocument(
            cluster: .init(id: "test", protocol: 1, upSeconds: 1, shards: ShardCounts(all: 2)),
            datacenters: [],
            processes: Tier.allCases.map {
                .init(name: "\($0)-b", tier: $0, state: .lost, since: since, version: "1")
            }, refused: [:], quarantined: 0, warnings: [])
    }

    private static func incident(_ id: String) throws -> IncidentDocument {
        IncidentDocument(
            id: id, address: "\(try IncidentID(id).address)", kind: "missing-report",
            candidates: [], severity: .warning, phase: "open", reopened: 0, flapping: false,
            mutedBy: [], pages: 0, since: since, openedAt: since, updatedAt: since,
            summary: "silent", evidence: [], children: 0, racksAffected: 0, serversAffected: 0,
            serversTotal: 0, location: LocationDocument(), labels: [:],
            runbook: Runbook.sentence(for: .missingReport))
    }

    @Test("--where, --rack, --dc, --limit and --after reach every instance")
    func filters() throws {
        let asked = Asked()
        let (status, told) = try run(
            "list server --where status=missing --where label.feed=A --rack r1 --dc dc1 "
                + "--limit 2 --after a", against: try broker(isAway: false, asked: asked))
        #expect(status == .ok && told.notes.isEmpty)
        let expected = ListRequest(
            limit: 2, after: "a", status: "missing", rack: try TwinKey("r1"),
            dc: try TwinKey("dc1"), labels: ["feed": "A"])
        #expect(asked.all == [expected, expected])
        let twice = try run("list server --where rack=r1 --rack r2")
        #expect(twice.status == .usage)
    }

    @Test("--limit cuts the merged list and says where the next page begins")
    func limit() throws {
        let (status, told) = try run("list server --limit 1 --json")
        #expect(status == .ok)
        let answer = try #require(told.answers.first)
        #expect(answer.contains("server-a-1") && !answer.contains("server-b-1"))
        #expect(answer.contains(#""cursor":"server-a-1","missing":[],"stale":[]}"#))
        let text = try run("list server --limit 1").told.answers.joined(separator: "\n")
        #expect(text.contains("(more: --after server-a-1)"))
    }

    @Test("a list without an owner tells what is known, names the shards, and exits with 69")
    func missing() throws {
        let (status, told) = try run("list server --json", isAway: true)
        #expect(status == .unavailable)
        let answer = try #require(told.answers.first)
        #expect(answer.contains("server-a-1"))
        #expect(
            answer.contains(
                #""missing":[{"shard":"server#1","instance":"server-b","since":"\#(Self.since)"}]"#)
        )
        #expect(
            told.notes == [
                "server-b did not answer, what it holds is missing: "
                    + "server@server-b is gone for 12 s"
            ])
        let text = try run("list server", isAway: true)
        #expect(text.status == .unavailable)
        #expect(
            text.told.answers.first?.contains(
                "not whole: 1 shard of server-b did not answer (server#1), gone since 2023-11-14 "
                    + "22:13:20Z") == true)
    }

    @Test("incidents come from all tiers; what is missing of each is named in text and JSON")
    func incidents() throws {
        let whole = try run("incidents --json")
        #expect(whole.status == .ok)
        #expect(whole.told.answers.first?.hasSuffix(#""missing":[],"stale":[]}"#) == true)
        let (status, told) = try run("incidents --json", isAway: true)
        #expect(status == .unavailable)
        let answer = try #require(told.answers.first)
        for tier in Tier.allCases {
            #expect(answer.contains("\(tier)-a-1:1") && !answer.contains("\(tier)-b-1:1"))
            #expect(answer.contains(#"{"shard":"\#(tier)#1","instance":"\#(tier)-b""#))
        }
        let text = try run("incidents", isAway: true).told.answers.joined(separator: "\n")
        for tier in Tier.allCases {
            #expect(text.contains("not whole: 1 shard of \(tier)-b did not answer (\(tier)#1)"))
        }
    }

    @Test("incidents come in pages too, tier after tier, and each once", arguments: 1...7)
    func incidentPages(limit: Int) throws {
        var ids: [String] = []
        var after = ""
        for _ in 0..<10 {
            let (status, told) = try run("incidents --json --limit \(limit)\(after)")
            #expect(status == .ok)
            let answer = try #require(told.answers.first)
            let page = Self.values(of: "id", in: answer)
            #expect(page.count <= limit)
            ids += page
            guard let cursor = Self.values(of: "cursor", in: answer).first else { break }
            after = " --after \(cursor)"
        }
        let all = ["dc", "rack", "server"].flatMap { tier in
            ["a", "b"].map { "\(tier)/\(tier)-\($0)-1:1" }
        }
        #expect(ids == all)
    }

    /// The texts that a key has in JSON, wherever it stands; without null.
    private static func values(of key: String, in json: String) -> [String] {
        json.components(separatedBy: "\"\(key)\":\"").dropFirst().map { rest in
            String(rest.prefix { $0 != "\"" })
        }
    }

    @Test("a tier of which nobody has the shards is not a tier without twins")
    func nobody() throws {
        let document = PlacementDocument(
            clusterId: "test", protocol: 1,
            placement: Placement(version: 1, shardCounts: ShardCounts(all: 2)), instances: [])
        let broker = try FakeBroker { request in
            request.envelope.type == .getPlacement
                ? .document(document) : .refuse(Refusal(.invalid, "nothing else is asked"))
        }
        let (status, told) = try run("list rack", against: broker)
        #expect(status == .unavailable)
        #expect(
            told.answers == [
                "no rack matches\nnot whole: 2 shards belong to nobody (rack#0, rack#1)"
            ])
    }
}
