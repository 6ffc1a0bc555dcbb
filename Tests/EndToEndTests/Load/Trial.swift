import Testing
import TwinCore
import TwinWire

/// A cluster under load, with everybody watching: what the tests of crashes and pauses share.
///
/// One server really dies at the start; it must be found, and nobody else be blamed.
final class Trial {
    let cluster: Cluster
    let fleet: Fleet
    /// The server that is really dead.
    let dead: TwinKey
    private let reports: ReportLoad
    private let commands: CommandLoad
    private let readers: [AlertReader]
    private let watch: BlameWatch

    /// Three racks of six servers: alone in its rack, a dead server is no rack's fault.
    init(_ name: String) async throws {
        cluster = try await Cluster.serving()
        fleet = try Fleet(dc: name, racks: 3, serversPerRack: 6)
        try fleet.commission(by: cluster.client)
        let endpoint = cluster.endpoint
        readers = [AlertReader(endpoint), AlertReader(endpoint)]
        reports = ReportLoad(
            fleet, to: endpoint, faulty: Set(fleet.racks.compactMap(\.servers.first)))
        commands = try CommandLoad(dc: "\(name)-commands", to: endpoint)
        watch = BlameWatch(endpoint)
        dead = try #require(fleet.servers.last)
        let client = cluster.client
        let names = Set(fleet.servers.map(\.description))
        try await eventually("every server has reported") {
            try client.servers().filter { names.contains($0.key) && $0.lastReportAt != nil }
                .count == names.count
        }
        reports.silence([dead])
    }

    /// Waits until the dead server is found: a broker that was away gives reporters 30 s to
    /// return, and the server's own three intervals come on top.
    func untilDeadIsFound() async throws {
        try await eventually("\(dead) is found to be dead", within: 120) {
            try self.cluster.client.server(self.dead).status == "missing"
        }
    }

    /// Ends the load and checks every promise.
    func verify() async throws {
        try await untilDeadIsFound()
        try await cluster.untilServing()
        try await verifyReports()
        try await verifyCommands()
        let sight = try await watch.finish()
        #expect(sight.looks > 0)
        #expect(sight.blamed.filter { $0.key != dead.description } == [:], "blamed for nothing")
        try await verifyAlerts()
    }

    private func verifyReports() async throws {
        let sent = try await reports.finish()
        for (key, count) in sent {
            let server = try cluster.client.server(key)
            #expect(server.report.accepted == count, "\(key): reports taken against reports sent")
        }
    }

    private func verifyCommands() async throws {
        let promises = try await commands.finish()
        #expect(promises.count == CommandLoad.serversCount)
        for (key, promise) in promises {
            let server = try cluster.client.server(key)
            #expect(server.generation == promise.generation, "\(key)")
            #expect(server.labels[CommandLoad.label] == "\(promise.round)", "\(key)")
        }
    }

    /// Both readers have the whole log: no gap, nothing twice, the same for both.
    private func verifyAlerts() async throws {
        let truth = try await eventually("both readers have the whole log") {
            let truth = try AlertSequences(self.cluster.client.alerts())
            for reader in self.readers {
                if let difference = try truth.difference(from: AlertSequences(reader.alerts())) {
                    throw HarnessError(difference)
                }
            }
            return truth
        }
        #expect(try truth.hole() == nil)
        #expect(!truth.byShard.isEmpty)
        let blaming = truth.byShard.values.joined().filter { alert in
            alert.incident?.kind == "missing-report"
                && alert.address != "\(TwinAddress(tier: .server, key: dead))"
        }
        #expect(blaming.map(\.id) == [], "incidents about servers that never fell silent")
        for reader in readers { _ = try await reader.finish() }
    }
}
