import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    /// `TWIN_SCALE_SERVERS` says how many servers.
    @Suite("scaling under load")
    struct ScaleShowTests {
        private static let members: [Member] = [.broker, .serverA, .rackA, .dcA]
        /// What is left when all steps are done.
        private static let remaining: Set<String> = [
            "server-a", "server-b", "server-c", "rack-b", "dc-a",
        ]
        private static let quiet = 0
        /// A server that fails has said so this often before its page must be there.
        private static let badReports = 3

        @Test("server tier 1 → 3 → 2 → 3, rack tier 1 → 2 → 1, parties killed: nothing is lost")
        func scale() async throws {
            let settings = try ScaleSettings()
            let cluster = try Cluster(Self.members, shards: settings.shards)
            for member in Self.members {
                try cluster.start(
                    member, options: member == .broker ? ["--rebalance", "manual"] : [])
            }
            try await cluster.untilServing()
            let fleet = try SteadyFleet(settings)
            try fleet.fleet.commission(by: cluster.client)
            let readers = [AlertReader(cluster.endpoint), AlertReader(cluster.endpoint)]
            let load = SteadyLoad(
                fleet, settings, steps: ScaleStep.all.count + 1, to: cluster.endpoint)
            try await silence(fleet, settings, load, cluster)

            load.order { $0.isFailing = true }
            let run = ScaleRun(cluster, load)
            for (index, step) in ScaleStep.all.enumerated() {
                try await run.carryOut(step, number: index + 1)
            }
            load.order {
                $0.step = Self.quiet
                $0.isFailing = false
            }
            let seconds = settings.interval.seconds * Double(2 * Self.badReports) + 60
            let failed = try await eventually("failing servers have said so", within: seconds) {
                let progress = try load.progress()
                return progress.badLeast >= Self.badReports ? progress.failed : nil
            }
            var judge = ScaleJudge(cluster, fleet)
            try await judge.judgePicture()
            // While everybody reports: who stops is silent soon, and that would be told too.
            judge.judgeAlerts(
                try await whole(readers, cluster), failed: Array(fleet.failing.prefix(failed)))
            let record = try await load.finish()
            try judge.judgeReports(record)
            judge.judgePlacement(try run.placement(), running: Self.remaining)
            let log = try cluster.process(.broker).log
            print(
                ScaleTable(
                    settings: settings, record: record, outcomes: run.outcomes, failed: failed,
                    judge: judge, held: Self.held(log),
                    givenUp: log.split(separator: "\n").count {
                        $0.contains("a move is given up")
                    }))
            #expect(run.outcomes.allSatisfy { $0.moves >= settings.shards / 3 - 1 })
            if !judge.violations.isEmpty { cluster.folder.keep() }
            for violation in judge.violations { Issue.record("\(violation)") }
        }

        /// Waits for everybody's first report; then one rack may fall silent for good, and is
        /// found before anything moves.
        private func silence(
            _ fleet: SteadyFleet, _ settings: ScaleSettings, _ load: SteadyLoad, _ cluster: Cluster
        ) async throws {
            let client = cluster.client
            let within = settings.interval.seconds * 10 + 30
            try await eventually("every server has reported", within: within) {
                try load.progress().ok >= fleet.servers.count
            }
            guard let silentRack = fleet.silentRack else { return }
            load.order { $0.isSilent = true }
            let rack = fleet.fleet.racks[silentRack].rack.description
            try await eventually("rack/\(rack) is found to be silent", within: within) {
                try client.unhealthyRacks(fleet.fleet.dc).racks.contains { $0.key == rack }
            }
        }

        /// The whole log, once both followers have read exactly it.
        private func whole(
            _ readers: [AlertReader], _ cluster: Cluster
        ) async throws -> [AlertDocument] {
            let client = cluster.client
            let truth = try await eventually("both readers have the whole log", within: 60) {
                let truth = try AlertSequences(client.alerts())
                for reader in readers {
                    let read = try AlertSequences(reader.alerts())
                    if let difference = truth.difference(from: read) {
                        throw HarnessError(difference)
                    }
                }
                return truth
            }
            for reader in readers { _ = try await reader.finish() }
            #expect(try truth.hole() == nil)
            return truth.byShard.sorted { $0.key < $1.key }.flatMap(\.value)
        }

        /// What the broker's log says of each move.
        private static func held(_ log: String) -> Spread {
            Spread(
                log.split(separator: "\n").filter { $0.contains("a shard has moved") }
                    .compactMap { line in
                        line.split(separator: "heldMilliseconds=").last
                            .flatMap { Int64($0.prefix { $0.isNumber }) }
                    })
        }
    }
}
