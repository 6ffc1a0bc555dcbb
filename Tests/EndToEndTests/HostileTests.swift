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
                if attack == .slowReader {
                    // While the reader is there: with it would go what the broker has not read.
                    let dropped = try await Self.answersDropped(by: broker)
                    print("hostile: \(dropped) answers dropped")
                }
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

        @Test("a message of many large frames is kept while its sender is there, and not longer")
        func manyLargeFrames() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let broker = try cluster.process(.broker)
            let memory = try broker.residentBytes()
            let peer = try RawPeer.greeted(cluster.endpoint)
            let frame = [UInt8](repeating: 0xC0, count: Limits.frameBytesMax)
            let part = RawPeer.head(count: frame.count, hasMore: true) + frame
            for _ in 0..<Self.largeFrames where !peer.send(part) {
                throw HarnessError("the broker hung up in the middle of a message")
            }
            // The bound of today: libzmq gathers a message before the broker can count its frames.
            try await eventually("the broker keeps what has come") {
                try broker.residentBytes() - memory > (Self.largeFrames / 2) * frame.count
            }
            #expect(try cluster.client.status().processes.allSatisfy { $0.state == .ok })
            peer.hangUp()
            try await eventually("what nobody completes is given back") {
                try broker.residentBytes() - memory < (Self.largeFrames / 4) * frame.count
            }
            #expect(try cluster.client.status().processes.allSatisfy { $0.state == .ok })
        }

        private static let largeFrames = 100
        /// The broker says once a minute what it dropped.
        private static let countersSaidWithin = 120.0

        /// What a broker's log says of answers that could not be sent, once they are enough.
        private static func answersDropped(by broker: ServiceProcess) async throws -> Int {
            try await eventually(
                "answers that nobody read are counted", within: countersSaidWithin
            ) {
                let line = broker.log.split(separator: "\n")
                    .last { $0.contains("messages dropped since") }
                let number = line?.split(separator: " answers=").last?.prefix { $0.isNumber }
                let dropped = number.flatMap { Int($0) } ?? 0
                return dropped >= Attack.answersDroppedMin ? dropped : nil
            }
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
