import ArgumentParser
import Foundation
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("Commands against a broker", .serialized)
struct CommandTests {
    private func run(
        _ arguments: [String], against broker: FakeBroker
    ) throws -> (status: TwinClient.ExitStatus, told: Told) {
        let told = Told()
        let command = try #require(try Twinctl.parseAsRoot(arguments) as? any TwinctlCommand)
        let status = command.execute(
            output: told.output, environment: ["TWIN_BROKER": broker.endpoint])
        return (status, told)
    }

    private func placement() throws -> PlacementDocument {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: 1))
        for tier in Tier.allCases {
            placement[ShardID(tier: tier, index: 0)] = Placement.Owner(
                instance: try InstanceName("\(tier)-a"), epoch: .first, isBorn: true)
        }
        return PlacementDocument(
            clusterId: "test", protocol: 1, placement: placement, instances: [])
    }

    private static let start = RFC3339(Timestamp(milliseconds: 0))

    private static func unhealthy(_ racks: [String], cursor: String?) -> UnhealthyRacksDocument {
        UnhealthyRacksDocument(
            dc: "dc1", verdict: .unhealthy, healthy: false, since: start, asOf: start,
            position: 7, stale: false,
            counts: CountsDocument(
                racks: 9, unhealthy: 2, unknown: 0, maintenance: 0, servers: 360, missing: 80),
            racks: racks.map {
                UnhealthyRacksDocument.Rack(
                    key: $0, since: start, severity: .critical, kind: "rack-unreachable",
                    summary: "unreachable", candidates: [], incident: "rack/\($0):1",
                    serversAffected: 40, serversTotal: 40, mutedBy: [])
            }, unknownRacks: [], cursor: cursor)
    }

    /// One data center `dc1` whose unhealthy racks come in two pages.
    private func datacenter() throws -> FakeBroker {
        let placement = try placement()
        return try FakeBroker { request in
            do {
                switch request.envelope.type {
                case .getPlacement: return .document(placement)
                case .listTwins:
                    return .document(
                        ListDocument(
                            tier: .dc,
                            items: [
                                .init(
                                    address: "dc/dc1", key: "dc1", status: "unhealthy",
                                    incidents: [])
                            ], missing: []))
                case .getUnhealthyRacks:
                    let after = try request.decode(UnhealthyRacksRequest.self).after
                    return .document(
                        after == nil
                            ? Self.unhealthy(["r1"], cursor: "r1")
                            : Self.unhealthy(["r2"], cursor: nil))
                default: return .refuse(Refusal(.unknownAddress, "no such twin"))
                }
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
    }

    @Test("unhealthy-racks joins the pages of the only data center, and can exit with 2")
    func unhealthyRacks() throws {
        let broker = try datacenter()
        let (status, told) = try run(["unhealthy-racks", "--json"], against: broker)
        #expect(status == .ok)
        #expect(told.answers.count == 1 && told.notes.isEmpty)
        let answer = told.answers[0]
        #expect(answer.contains(#""key":"r1""#) && answer.contains(#""key":"r2""#))
        #expect(answer.hasSuffix(#""cursor":null}"#))
        #expect(try run(["unhealthy-racks", "--exit-code"], against: broker).status == .unhealthy)
        broker.stop()
    }

    @Test("check says it in one line, with its own exit codes")
    func check() throws {
        let broker = try datacenter()
        let told = Told()
        let command = try CheckCommand.parse(["--broker", broker.endpoint])
        #expect(command.check(output: told.output, environment: [:]) == .critical)
        broker.stop()
        let silent = try CheckCommand.parse(["--broker", broker.endpoint, "--timeout", "200ms"])
        #expect(silent.check(output: told.output, environment: [:]) == .unknown)
        #expect(
            told.answers == [
                "CRITICAL - dc1 unhealthy: 2 of 9 racks unhealthy (r1 rack-unreachable, "
                    + "r2 rack-unreachable) | racks=9 unhealthy=2 unknown=0 servers=360 missing=80",
                "UNKNOWN - nobody answers at \(broker.endpoint) within 0.2 s; nothing was done",
            ])
    }

    @Test("a refusal is an error on stderr with its exit code")
    func refused() throws {
        let broker = try datacenter()
        let (status, told) = try run(["get", "server", "s1"], against: broker)
        #expect(status == .refused)
        #expect(told.answers.isEmpty)
        #expect(told.notes == ["twinctl: unknown-address: no such twin"])
        broker.stop()
    }

    @Test("a file commissions every line, tells each refusal and counts")
    func commissionFile() throws {
        let broker = try FakeBroker { request in
            do {
                let address = try TwinAddress(request.destination)
                let commission = try request.decode(CommissionRequest.self)
                guard commission.rack.description == "r1" else {
                    return .refuse(Refusal(.conflict, "not there"))
                }
                return .document(
                    CommandDocument(
                        address: address, changed: address.key.description != "s1",
                        generation: 1, position: Position(rawValue: 1)))
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
        let file = FileManager.default.temporaryDirectory
            .appending(path: "twinctl-tests-\(ProcessInfo.processInfo.processIdentifier).csv")
        defer {
            do { try FileManager.default.removeItem(at: file) } catch { Issue.record(error) }
        }
        let lines = (1...700).map { "s\($0),\($0 == 5 ? "r2" : "r1"),dc1" }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let (status, told) = try run(
            ["commission", "--file", file.path(percentEncoded: false)], against: broker)
        broker.stop()
        #expect(status == .refused)
        #expect(told.notes == ["server/s5: conflict: not there"])
        #expect(
            told.answers == [
                "700 servers: 698 commissioned or changed, 1 already so, 0 taken out, 1 refused"
            ])
    }

    @Test("quarantine requeue and drop go to the instance that the id names")
    func quarantine() throws {
        let broker = try FakeBroker { request in
            do {
                let id = try request.decode(QuarantinedRequest.self).id
                return .document(
                    QuarantineCommandDocument(
                        id: "\(request.destination):\(id)", twin: "server/s1",
                        deed: request.envelope.type == .dropQuarantined ? .dropped : .requeued))
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
        let (status, told) = try run(["quarantine", "requeue", "server@a:3"], against: broker)
        #expect(status == .ok)
        #expect(told.answers == ["server@a:3 handed back: server/s1 took it"])
        let dropped = try run(["quarantine", "drop", "rack@b:7", "--json"], against: broker)
        #expect(dropped.status == .ok)
        #expect(dropped.told.answers.first?.contains(#""deed":"dropped""#) == true)
        let wrong = try run(["quarantine", "drop", "7"], against: broker)
        #expect(wrong.status == .usage)
        broker.stop()
    }

    @Test("request sends what JSON says and prints what comes")
    func request() throws {
        let broker = try FakeBroker { request in .reply(request.payload) }
        let (status, told) = try run(
            ["request", "server/s1", "GetServer", #"{"a":[1,2.5,null,"x"]}"#], against: broker)
        #expect(status == .ok)
        #expect(told.answers == [#"{"a":[1,2.5,null,"x"]}"#])
        let wrong = try run(["request", "broker", "Register"], against: broker)
        #expect(wrong.status == .usage)
        broker.stop()
    }
}
