import Foundation
import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    /// `TWIN_CHAOS_SECONDS` says how long, `TWIN_CHAOS_SEED` repeats a plan.
    @Suite("chaos")
    struct ChaosTests {
        private static let smallDisks: [Member] = [.serverB, .rackA]

        @Test("under random faults nothing with ok is lost, nothing is doubled, nobody is blamed")
        func underFire() async throws {
            let settings = try ChaosSettings()
            print("chaos: TWIN_CHAOS_SEED=\(settings.seed)")
            let cluster = try Cluster()
            let disks = try await Self.disks(of: cluster)
            var isSound = false
            defer { if !isSound { Self.keep(cluster, disks) } }
            for member in Member.founders { try FaultInjector.start(member, of: cluster) }
            try await cluster.untilServing()

            let history = History()
            let clients = try ChaosClients(cluster, history, seed: settings.seed)
            let client = cluster.client
            let fleet = Set(clients.fleet.servers.map(\.description))
            try await eventually("every server has reported") {
                try client.servers().count { fleet.contains($0.key) && $0.lastReportAt != nil }
                    == fleet.count
            }
            let faultsEnd = history.now + settings.faults.wholeMilliseconds
            let operators = ChaosOperators(
                cluster, history,
                until: faultsEnd - ChaosSettings.operatorsRest.wholeMilliseconds,
                seed: settings.seed)
            let injector = FaultInjector(
                cluster, operators, disks: disks, clients: clients, history)
            let plan = FaultPlan(
                settings, disks: disks.isEmpty ? Member.instances : Self.smallDisks)
            try await injector.run(plan, until: settings.faults.wholeMilliseconds) {
                try clients.check()
            }
            let scaling = try await operators.finish()
            clients.reports.silence(clients.silent.servers)
            try await cluster.untilServing(by: Member.allCases)
            let moves = try await Self.moves(of: cluster)
            var judge = ChaosJudge(cluster, history, silent: clients.silent)
            try await judge.judge(clients)
            let killed = (clients.killed.killedCount, clients.killedReader.killedCount)
            print(
                ChaosTable(
                    settings, history, injector.tally, scaling, moves: moves, killed: killed,
                    judge))
            // What was never tried proves nothing.
            #expect(history.ends.ok > 0)
            #expect(judge.reportsOK > 0)
            for kind in FaultKind.allCases where injector.tally.skipped[kind] == nil {
                #expect(injector.tally.struck.contains(kind), "never done: \(kind.rawValue)")
            }
            #expect(moves.done > 0)
            #expect(killed.0 > 0 && killed.1 > 0, "clients, readers killed: \(killed)")
            for violation in judge.violations {
                Issue.record("seed \(settings.seed): \(violation)")
            }
            isSound = judge.violations.isEmpty
        }

        /// A small file system each for some of the members, where the machine lets us mount one.
        private static func disks(of cluster: Cluster) async throws -> [Member: SmallDisk] {
            var disks: [Member: SmallDisk] = [:]
            for member in smallDisks {
                let path = cluster.folder.file(member.rawValue)
                disks[member] = try await SmallDisk.make(at: path, in: cluster.folder)
            }
            if disks.isEmpty {
                print("chaos: no mount here: full disks are limits on the size of files")
            }
            return disks
        }

        /// Waits until no shard is on its way, and tells how many have changed owners: each time
        /// its epoch grows by one.
        private static func moves(of cluster: Cluster) async throws -> (done: Int, givenUp: Int) {
            let client = cluster.client
            let placement = try await eventually("no shard is on its way", within: 60) {
                let placement = try client.ask(
                    .broker, .getPlacement, for: PlacementDocument.self
                ).placement
                return placement.moves.isEmpty ? placement : nil
            }
            let shards = Tier.allCases.flatMap { tier in
                (0..<cluster.shards).map { ShardID(tier: tier, index: UInt16($0)) }
            }
            let done = shards.reduce(0) { $0 + Int(placement[$1]?.epoch.rawValue ?? 1) - 1 }
            let log = LogText.read(cluster.folder.file(Member.broker.rawValue + ".log"))
            return (done, log.split(separator: "\n").count { $0.contains("a move is given up") })
        }

        private static func keep(_ cluster: Cluster, _ disks: [Member: SmallDisk]) {
            cluster.folder.keep()
            do {
                for (member, disk) in disks {
                    try disk.keep(at: cluster.folder.file("\(member.rawValue).kept"))
                }
            } catch {
                print("chaos: a small disk's content is not kept: \(error)")
            }
            print("chaos: state directories and logs stay in \(cluster.folder.path)")
        }
    }
}
