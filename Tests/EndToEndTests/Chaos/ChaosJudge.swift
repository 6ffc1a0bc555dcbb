import TwinClient
import TwinCore
import TwinWire

/// Ends the clients of a run, one after the other, and holds what they were told against what the
/// cluster says now.
struct ChaosJudge {
    let cluster: Cluster
    let history: History
    private(set) var violations: [String] = []
    private(set) var alerts: AlertChecker
    /// Of commands with `ok`.
    private(set) var operations = EffectTally()
    /// Of reports with `ok`, and how many there were.
    private(set) var reports = EffectTally()
    private(set) var reportsOK: UInt64 = 0

    private static let settled = 90.0

    init(_ cluster: Cluster, _ history: History, silent: (rack: TwinKey, servers: [TwinKey])) {
        self.cluster = cluster
        self.history = history
        alerts = AlertChecker(
            silentRack: silent.rack, silentServers: silent.servers,
            contested: RegisterClient.servers)
    }

    mutating func judge(_ clients: ChaosClients) async throws {
        var registers = RegisterHistory()
        for client in clients.registers { registers.add(try await client.finish()) }
        registers.add(try await clients.killed.finish())
        var lives: [LifeClient.Life] = []
        for client in clients.lives { lives += try await client.finish() }
        let windows = try await clients.windows.finish()
        let typed = try await clients.typed.finish()
        try await clients.queries.finish()

        let final = try judgeRegisters(registers)
        for life in lives { try judge(life) }
        try judgeReports(typed)
        try judgeWindows(windows)
        try await judgeTree(clients, final, lives)
        try judgeReports(try await clients.reports.finish())
        try await judgeAlerts(clients, lives)
        violations += history.violations
    }

    private mutating func judgeRegisters(
        _ registers: RegisterHistory
    ) throws -> [String: RegisterRead] {
        var final: [String: RegisterRead] = [:]
        for name in RegisterClient.servers {
            let key = try TwinKey(name)
            final[name] = RegisterRead(try cluster.client.server(key), key: key)
        }
        for violation in RegisterChecker.violations(registers, final: final) {
            switch violation.kind {
            case .lost: operations.lost += 1
            case .duplicated: operations.duplicated += 1
            case .wrong: break
            }
            let address = "server/\(violation.key)"
            violations.append(
                "\(address): \(violation.sentence)\n\(history.excerpt(about: address))")
        }
        return final
    }

    /// Where a server must stand after all that got `ok`.
    private mutating func judge(_ life: LifeClient.Life) throws {
        let server = try cluster.client.server(TwinKey(life.key))
        let found = try life.differences(from: server)
        violations += found
        guard life.rack != nil else {
            operations.lost += UInt64(found.count)
            return
        }
        reportsOK += life.accepted
        reports.compare(ok: life.accepted, counted: server.report.accepted)
        let isMiscounted = life.accepted != server.report.accepted
        operations.lost += UInt64(found.count - (isMiscounted ? 1 : 0))
    }

    /// Every report that got `ok` counts, once.
    private mutating func judgeReports(_ sent: [TwinKey: UInt64]) throws {
        for (key, count) in sent.sorted(by: { $0.key < $1.key }) {
            let accepted = try cluster.client.server(key).report.accepted
            reportsOK += count
            reports.compare(ok: count, counted: accepted)
            if accepted != count {
                violations.append("server/\(key): \(count) reports got ok, \(accepted) are counted")
            }
        }
    }

    private mutating func judgeWindows(_ windows: [String: Set<String>]) throws {
        for (address, wanted) in windows.sorted(by: { $0.key < $1.key }) {
            let found = Set(try cluster.client.maintenance(of: .rack, address).map(\.id))
            operations.compare(wanted: wanted, found: found)
            if found != wanted {
                violations.append(
                    "\(address): wanted maintenance \(wanted.sorted()), found \(found.sorted())\n"
                        + history.excerpt(about: address))
            }
        }
    }

    private mutating func judgeTree(
        _ clients: ChaosClients, _ final: [String: RegisterRead], _ lives: [LifeClient.Life]
    ) async throws {
        var tree = TreeChecker(unhealthy: [clients.silent.rack.description])
        for (rack, servers) in clients.fleet.racks {
            for server in servers {
                tree.add(server: "\(server)", in: "\(rack)", of: "\(clients.fleet.dc)")
            }
        }
        for server in clients.typedServers {
            tree.add(server: "\(server)", in: ChaosClients.typedRack, of: "\(clients.fleet.dc)")
        }
        for rack in RegisterClient.racks { tree.add(rack: rack, of: RegisterClient.dc) }
        for (key, read) in final {
            if let rack = read.rack { tree.add(server: key, in: rack, of: RegisterClient.dc) }
        }
        for life in lives {
            if let rack = life.rack { tree.add(server: life.key, in: rack, of: LifeClient.dc) }
        }
        let client = cluster.client
        try await eventually("the tree is what the history says", within: Self.settled) {
            if let difference = try tree.difference(by: client) { throw HarnessError(difference) }
            return true
        }
    }

    private mutating func judgeAlerts(
        _ clients: ChaosClients, _ lives: [LifeClient.Life]
    ) async throws {
        let client = cluster.client
        let log = try await eventually("both readers have the whole log") {
            let log = try client.alerts()
            let truth = try AlertSequences(log)
            for reader in clients.readers {
                if let difference = try truth.difference(from: AlertSequences(reader.alerts())) {
                    throw HarnessError(difference)
                }
            }
            return log
        }
        let sequences = try AlertSequences(log)
        if let hole = try sequences.hole() { violations.append("a hole in the log: \(hole)") }
        let inOrder = sequences.byShard.sorted { $0.key < $1.key }.flatMap(\.value)
        alerts.judge(inOrder, lives: lives)
        violations += alerts.violations
        for reader in clients.readers { _ = try await reader.finish() }
        violations += try KilledReader.violations(
            try await clients.killedReader.finish(), of: inOrder)
    }
}
