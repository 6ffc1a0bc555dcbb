import Foundation
import TwinClient
import TwinCore
import TwinWire

/// A client that leads servers through whole lives, one step after the other, each repeated until
/// it got `ok`: commissioned, reporting, broken, muted, moved, taken out, and again. Because every
/// step is `ok` in the end, the alert log is known record by record.
final class LifeClient: Sendable {
    static let dc = "chaos-lives"

    /// Where one server must stand when all is quiet.
    struct Life: Sendable {
        let key: String
        var alerts = AlertModel()
        /// nil = out of watch.
        var rack: String?
        var generation: UInt64 = 0
        /// Reports taken since it was commissioned.
        var accepted: UInt64 = 0
        /// The text of its open incident's acknowledgement.
        var comment: String?
        var maintenance: String?
    }

    private let worker: Worker<[Life]>
    private static let pause = 0.02
    private static let serversCount = 2

    /// The names of a client's servers begin with `name`; they move between racks of their own.
    init(_ name: String, _ endpoint: String, _ history: History, random: ChaosRandom) {
        worker = Worker(name) { stop in
            var random = random
            let caller = try ChaosCaller(name, endpoint, history)
            var lives = try (1...Self.serversCount).map {
                try LifeSteps("\(Self.dc)-\(name)-s\($0)", name: name, caller)
            }
            while !stop.isRaised {
                let index = Int.random(in: lives.indices, using: &random)
                try lives[index].step(&random)
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return lives.map(\.life)
        }
    }

    func check() throws { try worker.check() }

    /// Ends after the step under way, which may have to wait for its `ok`.
    func finish() async throws -> [Life] { try await worker.finish(within: 120) }
}

/// The steps of one server's life, each possible in the state it is in.
private struct LifeSteps {
    private(set) var life: LifeClient.Life
    private let key: TwinKey
    private let address: TwinAddress
    private let caller: ChaosCaller
    private let racks: [String]
    private var badReports = 0
    private var lastReport = Timestamp(milliseconds: 0)
    private var count = 0
    private var incident: IncidentID?

    private static let readonly = "system.filesystem.readonly"
    private static let badReportsToOpen = 2
    /// Never missed: what is tested here is not silence.
    private static let intervalSeconds = 3_600.0
    private static let windowMilliseconds: Int64 = 6 * 3_600_000

    init(_ key: String, name: String, _ caller: ChaosCaller) throws {
        life = LifeClient.Life(key: key)
        self.key = try TwinKey(key)
        address = TwinAddress(tier: .server, key: self.key)
        self.caller = caller
        racks = (1...2).map { "\(LifeClient.dc)-\(name)-r\($0)" }
    }

    mutating func step(_ random: inout ChaosRandom) throws {
        count += 1
        guard life.rack != nil else { return try commission(to: random.pick(racks)) }
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1, 2, 3, 4: try report(isBad: true)
        case 5 where !life.alerts.isOpen && badReports == 0: try report(isBad: false)
        case 6, 7: try switchMaintenance()
        case 8, 9: try switchAcknowledgement()
        case 10: try commission(to: random.pick(racks))
        case 11, 12: try look()
        case 13 where life.alerts.isOpen: try decommission()
        default: try look()
        }
    }

    /// Under watch, or on to another rack. Holds for the generation in force, so that a copy of
    /// the command that arrives late does nothing.
    private mutating func commission(to rack: String) throws {
        let wasOut = life.rack == nil
        let request = CommissionRequest(
            dc: try TwinKey(LifeClient.dc), rack: try TwinKey(rack),
            labels: ["life": "\(count)"], intervalSeconds: Self.intervalSeconds,
            ifGeneration: life.generation)
        let answer = try caller.insist(
            address, .commission, request, for: CommandDocument.self,
            note: "to \(rack) if \(life.generation)"
        ) { "generation \($0.generation ?? 0)" }
        guard let generation = answer.generation, generation > life.generation else {
            throw HarnessError("\(key): commissioned, and \(answer)")
        }
        life.generation = generation
        life.rack = rack
        guard wasOut else { return }
        life.accepted = 0
        badReports = 0
    }

    private mutating func decommission() throws {
        _ = try caller.insist(
            address, .decommission, DecommissionRequest(ifGeneration: life.generation),
            for: CommandDocument.self, note: "if \(life.generation)")
        life.alerts.decommission()
        life.rack = nil
        life.comment = nil
        life.maintenance = nil
        incident = nil
    }

    private mutating func report(isBad: Bool) throws {
        // Strictly later than the one before, whatever the clock does.
        lastReport = max(ClientTime.wall, lastReport + Milliseconds(rawValue: 1))
        let reply = try caller.insist(
            address, .report,
            ReportRequest(
                at: .milliseconds(lastReport.milliseconds),
                metrics: [Self.readonly: isBad ? 1 : 0]),
            for: ReportReply.self, note: isBad ? "bad" : "good"
        ) { $0.outcome.rawValue }
        guard reply.outcome == .accepted || reply.outcome == .duplicate else {
            throw HarnessError("\(key): a report newer than all before was \(reply.outcome)")
        }
        life.accepted += 1
        guard isBad else { return }
        badReports += 1
        if badReports >= Self.badReportsToOpen { life.alerts.breaks() }
    }

    private mutating func switchMaintenance() throws {
        if let id = life.maintenance {
            _ = try caller.insist(
                address, .endMaintenance, EndMaintenanceRequest(id: id),
                for: CommandDocument.self, note: id)
            life.maintenance = nil
            life.alerts.endMaintenance()
        } else {
            let id = "\(key)-\(count)"
            let now = ClientTime.wall.milliseconds
            _ = try caller.insist(
                address, .setMaintenance,
                SetMaintenanceRequest(
                    id: id, owner: caller.name, reason: "chaos", fromMilliseconds: now - 1_000,
                    untilMilliseconds: now + Self.windowMilliseconds),
                for: CommandDocument.self, note: id)
            life.maintenance = id
            life.alerts.beginMaintenance()
        }
    }

    private mutating func switchAcknowledgement() throws {
        guard life.alerts.isOpen else { return try look() }
        if incident == nil { try look() }
        guard let incident else { return }
        if life.comment != nil {
            _ = try caller.insist(
                address, .unacknowledge, UnacknowledgeRequest(incident: incident),
                for: CommandDocument.self)
            life.comment = nil
            life.alerts.unacknowledge()
        } else {
            let comment = "word \(count)"
            _ = try caller.insist(
                address, .acknowledge,
                AcknowledgeRequest(incident: incident, owner: caller.name, comment: comment),
                for: CommandDocument.self, note: comment)
            life.comment = comment
            life.alerts.acknowledge()
        }
    }

    /// What got `ok` is there for whoever asks next, in the middle of everything.
    private mutating func look() throws {
        guard let server = try caller.server(key) else { return }
        for problem in try life.differences(from: server) {
            caller.history.violate(
                "\(problem)\n\(caller.history.excerpt(about: address.description))")
        }
        incident = try server.incidents.first.map { try IncidentID($0.id) }
    }
}

extension LifeClient.Life {
    /// What a server's owner says otherwise than it must.
    func differences(from server: ServerDocument) throws -> [String] {
        var problems: [String] = []
        func compare<Value: Equatable>(_ what: String, _ wanted: Value, _ found: Value) {
            if wanted != found {
                problems.append("\(key): \(what): wanted \(wanted), found \(found)")
            }
        }
        compare("in watch", rack != nil, server.status != "decommissioned")
        compare("generation", generation, server.generation)
        guard let rack else { return problems }
        compare("rack", rack, server.location.rack ?? "none")
        compare("reports accepted", accepted, server.report.accepted)
        compare("open incidents", alerts.isOpen ? 1 : 0, server.incidents.count)
        compare("maintenance", maintenance ?? "none", server.maintenance?.id ?? "none")
        if let incident = server.incidents.first {
            let word = incident.mutedBy.first { $0.by == "acknowledgement" }
            compare("acknowledged", comment ?? "no", word?.comment ?? "no")
        }
        return problems
    }
}
