import Foundation
import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("hostile clients")
    struct HostileTests {
        /// What all attacks together may add to the broker's memory. A reader that never reads
        /// holds at most `Limits.clientQueueMessages` answers.
        private static let memoryMax = 256 << 20
        /// The listeners, the wake-up, and who has not hung up yet.
        private static let filesMax = 400

        @Test("whatever comes in, others are served, memory is bounded, each refusal is counted")
        func attacks() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let fleet = try Fleet(dc: "target", racks: 2, serversPerRack: 5)
            try fleet.commission(by: cluster.client)
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("every server has reported") {
                try cluster.client.servers().allSatisfy { $0.lastReportAt != nil }
            }
            let good = GoodClient(fleet, to: cluster.endpoint)
            let watch = BlameWatch(cluster.endpoint)
            let broker = try cluster.process(.broker)
            let memory = try broker.residentBytes()
            let target = AttackTarget(
                clients: cluster.endpoint, services: cluster.servicesEndpoint,
                clusterID: try cluster.client.status().cluster.id)
            var random = ChaosRandom(seed: 1)
            for attack in Attack.allCases {
                let before = try cluster.client.status().refused
                let peers = try attack.run(target, &random)
                if let (codes, count) = attack.refusals {
                    let refused = try await eventually("\(attack.rawValue) is refused") {
                        let more = try Self.refused(by: codes, since: before, in: cluster)
                        return more >= count ? more : nil
                    }
                    #expect(refused == count, "\(attack.rawValue): each counted once")
                }
                #expect(broker.isRunning, "\(attack.rawValue)")
                withExtendedLifetime(peers) {}
                let grown = try broker.residentBytes() - memory
                #expect(grown < Self.memoryMax, "\(attack.rawValue)")
                print("hostile: \(attack.rawValue): broker \(grown / 1024) KiB above its start")
            }
            try await eventually("dropped connections are gone") {
                try broker.openFilesCount() < Self.filesMax
            }
            let result = try await good.finish()
            #expect(result.failures == [])
            #expect(result.ok > 100)
            print("hostile: \(result.ok) requests of others, all ok")
            print("hostile: refused \(try cluster.client.status().refused)")
            #expect(try await watch.finish().blamed == [:])
            for member in cluster.members { #expect(try cluster.process(member).isRunning) }
            _ = try await reports.finish()
        }

        @Test(
            "connections beyond the files that a session begins with are taken",
            .enabled(if: Executables.system("prlimit") != nil, "needs prlimit of util-linux"))
        func manyConnections() async throws {
            let cluster = try Cluster(Member.smallest)
            let prlimit = try #require(Executables.system("prlimit"))
            for member in cluster.members {
                let limit = ["--nofile=\(Self.filesAtFirst):\(Self.filesAllowed)"]
                try cluster.start(member, wrapper: member == .broker ? [prlimit] + limit : [])
            }
            try await cluster.untilServing()
            let peers = try (0..<Self.peersHeld).map { _ in try RawPeer.greeted(cluster.endpoint) }
            // One more gets in, and an instance that registers anew makes the broker store.
            #expect(try Client(cluster.endpoint).status().cluster.id != "")
            try await cluster.kill(.rackA)
            try cluster.start(.rackA)
            try await cluster.untilServing()
            #expect(try cluster.process(.broker).openFilesCount() > Self.peersHeld)
            withExtendedLifetime(peers) {}
        }

        private static let filesAtFirst = 64
        private static let filesAllowed = 4_096
        private static let peersHeld = 300

        private static func refused(
            by codes: [Refusal.Code], since before: [String: UInt64], in cluster: Cluster
        ) throws -> UInt64 {
            let now = try cluster.client.status().refused
            return codes.reduce(0) { sum, code in
                sum + now[code.rawValue, default: 0] - before[code.rawValue, default: 0]
            }
        }
    }
}
