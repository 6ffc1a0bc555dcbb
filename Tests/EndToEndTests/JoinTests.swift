import Foundation
import Glibc
import Testing
import TwinClient
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("joining a tier")
    struct JoinTests {
        /// The half minute of unbroken beats, the moves, and many times both on a busy machine.
        private static let within = 180.0

        private func shares(_ cluster: Cluster) throws -> [String: Int] {
            let processes = try cluster.client.status().processes.filter { $0.tier == .server }
            return Dictionary(uniqueKeysWithValues: processes.map { ($0.name, $0.shards ?? 0) })
        }

        @Test("a new instance gets its share by itself under load, and what it had when it stops")
        func automatic() async throws {
            let cluster = try await Cluster.serving()
            let fleet = try Fleet(dc: "join", racks: 2, serversPerRack: 20)
            try fleet.commission(by: cluster.client)
            let all = Set(try cluster.client.servers().map(\.key))
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            try cluster.start(.serverC, options: ["--drain-on-stop"])
            try await eventually("each of three has its share", within: Self.within) {
                let shares = try shares(cluster)
                return shares.count == 3 && shares.values.allSatisfy { (5...6).contains($0) }
            }
            #expect(Set(try cluster.client.servers().map(\.key)) == all)

            #expect(try await cluster.stop(.serverC, within: Self.within) == .exit(0))
            let left = try shares(cluster)
            #expect(left["server-a"] == 8)
            #expect(left["server-b"] == 8)
            #expect(Set(try cluster.client.servers().map(\.key)) == all)
            let accepted = try await reports.finish()
            for key in fleet.servers {
                let report = try cluster.client.server(key).report
                #expect(report.accepted >= accepted[key, default: 0])
            }
        }

        /// A replica of the server tier, as a container of it starts.
        private func replica(_ number: Int, of cluster: Cluster) throws -> ServiceProcess {
            try ServiceProcess(
                try Executables.path("server-twin-svc"),
                [
                    "--broker", cluster.servicesEndpoint,
                    "--state-root", cluster.folder.file("servers"),
                    "--name-file", cluster.folder.file("name-\(number)"),
                ], log: cluster.folder.file("replica-\(number).log"))
        }

        @Test("a replica that is made anew goes on with the shards of the one that was killed")
        func replicas() async throws {
            let cluster = try Cluster()
            for member in cluster.members where member.tier != .server {
                try cluster.start(member)
            }
            let killed = try replica(1, of: cluster)
            let other = try replica(2, of: cluster)
            let shared = ["server-1": 8, "server-2": 8]
            try await eventually("two replicas share the tier") { try shares(cluster) == shared }
            let fleet = try Fleet(dc: "replica", racks: 2, serversPerRack: 20)
            try fleet.commission(by: cluster.client)
            let all = Set(try cluster.client.servers().map(\.key))
            #expect(all.count == fleet.servers.count)

            killed.send(SIGKILL)
            _ = try await killed.end()
            try await eventually("one of them is missed") {
                try cluster.client.status().processes.contains {
                    $0.tier == .server && $0.state == .lost
                }
            }
            let anew = try replica(3, of: cluster)
            try await eventually("all servers are served again") {
                try Set(cluster.client.servers().map(\.key)) == all
            }
            #expect(try shares(cluster) == shared)
            let names = try [1, 2, 3].map { number in
                try String(contentsOfFile: cluster.folder.file("name-\(number)"), encoding: .utf8)
            }
            #expect(names[2] == names[0])
            #expect(names[2] != names[1])
            #expect(other.isRunning && anew.isRunning)
        }
    }
}
