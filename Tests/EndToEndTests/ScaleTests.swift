import Foundation
import Testing
import TwinClient
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("scaling a tier")
    struct ScaleTests {
        private static let manual = ["--rebalance", "manual"]

        /// A cluster whose shards move only when somebody says so.
        private func scaled(_ options: [Member: [String]] = [:]) async throws -> Cluster {
            let cluster = try Cluster()
            for member in cluster.members {
                let more = member == .broker ? Self.manual : []
                try cluster.start(member, options: more + options[member, default: []])
            }
            try await cluster.untilServing()
            return cluster
        }

        private func shards(of member: Member, in cluster: Cluster) throws -> Int {
            let process = try cluster.client.status().processes.first { $0.name == member.rawValue }
            return process?.shards ?? 0
        }

        /// The keys of all server twins: what a lost shard would take away.
        private func servers(_ cluster: Cluster) throws -> Set<String> {
            Set(try cluster.client.servers().map(\.key))
        }

        @Test("twinctl move hands one shard over while reports flow, and nothing is lost")
        func move() async throws {
            let cluster = try await scaled()
            let fleet = try Fleet(dc: "move", racks: 2, serversPerRack: 20)
            try fleet.commission(by: cluster.client)
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("every server has reported") {
                try cluster.client.servers().allSatisfy { $0.lastReportAt != nil }
            }
            let placement = try await eventually("every shard is durable at its owner") {
                let placement = try cluster.client.ask(
                    .broker, .getPlacement, for: PlacementDocument.self
                ).placement
                let shards = Tier.allCases.flatMap { tier in
                    (0..<placement.shardCounts[tier]).map {
                        placement[ShardID(tier: tier, index: UInt16($0))]
                    }
                }
                return shards.allSatisfy { $0?.isBorn == true } ? placement : nil
            }
            for shard in placement.shards(of: try InstanceName("server-a"), in: .server) {
                let moved = try await cluster.twinctl("move", "\(shard)", "server-b")
                try #require(moved.status == 0, "\(moved.text)")
                #expect(moved.text.contains("\(shard) moved from server-a to server-b in "))
            }
            let again = try await cluster.twinctl("move", "server#0", "server-b")
            #expect(again.status == 0)
            #expect(try shards(of: .serverA, in: cluster) == 0)
            #expect(try servers(cluster) == Set(fleet.servers.map(\.description)))
            #expect(try cluster.client.status().moves == [])
            let accepted = try await reports.finish()
            #expect(accepted.count == fleet.servers.count)
            for key in fleet.servers {
                let report = try cluster.client.server(key).report
                #expect(report.accepted >= accepted[key, default: 0])
            }
        }

        @Test("a shard whose disk is lost is unavailable, and begins empty with --yes alone")
        func adopt() async throws {
            let cluster = try await scaled()
            let fleet = try Fleet(dc: "adopt", racks: 2, serversPerRack: 20)
            try fleet.commission(by: cluster.client)
            let all = try servers(cluster)
            let placement = try cluster.client.ask(
                .broker, .getPlacement, for: PlacementDocument.self
            ).placement
            let lost = placement.shards(of: try InstanceName("server-b"), in: .server)
            let first = "\(try #require(lost.first))"
            let served = try await cluster.twinctl("adopt", first, "server-a", "--yes")
            #expect(served.status == 1)
            #expect(served.text.contains("\(first) is served by server-b"))

            try await cluster.kill(.serverB)
            try FileManager.default.removeItem(atPath: cluster.folder.file("server-b"))
            try await eventually("the broker misses server-b") {
                try cluster.client.status().processes
                    .contains { $0.name == "server-b" && $0.state == .lost }
            }
            let away = try #require(
                all.first { key in
                    let index = try TwinKey(key).shardIndex(shardCount: cluster.shards)
                    return lost.contains(ShardID(tier: .server, index: index))
                })
            let unavailable = try await cluster.twinctl("get", "server", away)
            #expect(unavailable.status == 69)
            #expect(unavailable.text.contains(" belongs to server-b, which is gone for "))
            let refused = try await cluster.twinctl("adopt", first, "server-a")
            #expect(refused.status == 1)
            #expect(refused.text.contains("it would begin empty"))
            #expect(try shards(of: .serverA, in: cluster) == 8)

            for shard in lost {
                let adopted = try await cluster.twinctl("adopt", "\(shard)", "server-a", "--yes")
                try #require(adopted.status == 0, "\(adopted.text)")
                #expect(adopted.text.contains("\(shard) belongs to server-a now"))
                #expect(adopted.text.contains("before to server-b"))
            }
            let again = try await cluster.twinctl("adopt", first, "server-a", "--yes")
            #expect(again.status == 0)
            #expect(again.text.contains("\(first) belonged to server-a already"))
            let left = try all.filter { key in
                let index = try TwinKey(key).shardIndex(shardCount: cluster.shards)
                return !lost.contains(ShardID(tier: .server, index: index))
            }
            #expect(left.count < all.count)
            try await eventually("what is left is served") { try servers(cluster) == left }
            try fleet.commission(by: cluster.client)
            try await eventually("everybody is back in watch") { try servers(cluster) == all }
        }

        @Test("a drained instance owns nothing, goes without a warning, and gets its share back")
        func drain() async throws {
            let cluster = try await scaled()
            let fleet = try Fleet(dc: "drain", racks: 2, serversPerRack: 20)
            try fleet.commission(by: cluster.client)
            let all = try servers(cluster)
            let drained = try await cluster.twinctl("drain", "server-b")
            try #require(drained.status == 0, "\(drained.text)")
            #expect(drained.text.contains("server-b is empty: 8 shards moved in "))
            #expect(drained.text.contains(", 8 to server-a; it may be stopped"))
            let last = try await cluster.twinctl("drain", "server-a")
            #expect(last.status == 1)
            #expect(last.text.contains("is the last server instance"))

            #expect(try await cluster.stop(.serverB) == .exit(0))
            try await eventually("the broker misses server-b") {
                try cluster.client.status().processes
                    .contains { $0.name == "server-b" && $0.state == .lost }
            }
            #expect(try cluster.client.status().warnings.isEmpty)
            let status = try await cluster.twinctl("status")
            #expect(status.text.contains("server-b  server  drained"))
            #expect(!status.text.contains("server-b is lost"))

            try cluster.start(.serverB)
            try await eventually("server-b is back") {
                try cluster.client.status().warnings.contains {
                    $0.contains("twinctl rebalance server")
                }
            }
            let plan = try await cluster.twinctl("rebalance", "server", "--dry-run")
            #expect(plan.text.contains("8 shards would move; nothing was done"))
            let balance = try await cluster.twinctl("rebalance", "server")
            #expect(balance.status == 0)
            try await eventually("both have half") {
                try shards(of: .serverA, in: cluster) == 8
                    && shards(of: .serverB, in: cluster) == 8
            }
            #expect(try servers(cluster) == all)
            let nothing = try await cluster.twinctl("rebalance", "server")
            #expect(nothing.text.contains("balanced: nothing to move"))
        }

        @Test("--drain-on-stop gives all shards away before the end; the last of a tier keeps them")
        func drainOnStop() async throws {
            let leaving = ["--drain-on-stop"]
            let cluster = try await scaled(
                [.serverA: leaving, .serverB: leaving, .rackB: leaving])
            let fleet = try Fleet(dc: "stop", racks: 3, serversPerRack: 10)
            try fleet.commission(by: cluster.client)
            let all = try servers(cluster)
            for (member, other) in [(Member.serverB, Member.serverA), (.rackB, .rackA)] {
                #expect(try await cluster.stop(member, within: 90) == .exit(0))
                #expect(try cluster.process(member).log.contains("all shards are given away"))
                #expect(try shards(of: other, in: cluster) == 16)
            }
            #expect(try servers(cluster) == all)

            #expect(try await cluster.stop(.serverA, within: 90) == .exit(0))
            let log = try cluster.process(.serverA).log
            #expect(log.contains("stopping with shards that nobody serves"))
            #expect(log.contains("is the last server instance"))
            // What it kept it serves again.
            try cluster.start(.serverA)
            try await eventually("server-a is back") { try servers(cluster) == all }
        }

        @Test("an instance that could not be emptied in time keeps its shards at its next start")
        func drainInTime() async throws {
            let cluster = try await scaled(
                [.serverB: ["--drain-on-stop", "--drain-timeout", "0s"]])
            #expect(try await cluster.stop(.serverB) == .exit(0))
            #expect(try cluster.process(.serverB).log.contains("the time for it is over"))
            try cluster.start(.serverB)
            try await cluster.untilServing()
            #expect(try shards(of: .serverB, in: cluster) == 8)
            #expect(
                try cluster.client.status().processes.allSatisfy { $0.draining != true })
        }
    }
}
