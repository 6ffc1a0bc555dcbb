import Foundation
import TwinCore
import TwinWire

/// A client that fights with others over the same servers: commissions, moves and decommissions
/// that hold only for the generation it has seen. None of these commutes with another.
final class RegisterClient: Sendable {
    static let dc = "chaos-contested"
    static let racks = (1...3).map { "\(dc)-r\($0)" }
    static let servers = (1...6).map { "\(dc)-s\($0)" }

    private let worker: Worker<RegisterHistory>
    private static let pause = 0.03

    init(_ name: String, _ endpoint: String, _ history: History, random: ChaosRandom) {
        worker = Worker(name) { stop in
            var work = RegisterWork(
                try ChaosCaller(name, endpoint, history), random: random)
            while !stop.isRaised {
                try work.step()
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return work.seen
        }
    }

    func check() throws { try worker.check() }

    func finish() async throws -> RegisterHistory { try await worker.finish() }

    /// Puts every contested server under watch, before anything goes wrong.
    static func commission(by client: Client) throws {
        let dc = try TwinKey(dc)
        try client.commission(
            servers.enumerated().map { index, server in
                (
                    try TwinKey(server),
                    CommissionRequest(
                        dc: dc, rack: try TwinKey(racks[index % racks.count]),
                        labels: [RegisterHistory.label: RegisterChecker.first])
                )
            })
    }
}

/// What one such client does; also the part of the one that is killed.
struct RegisterWork {
    let caller: ChaosCaller
    var random: ChaosRandom
    private(set) var seen = RegisterHistory()
    private var count = 0

    init(_ caller: ChaosCaller, random: ChaosRandom) {
        self.caller = caller
        self.random = random
    }

    /// A try that is decided and not yet made.
    struct Plan {
        let key: TwinKey
        let deed: RegisterWrite.Deed
        let from: UInt64
    }

    /// Looks at one server, and mostly changes it.
    mutating func step() throws {
        guard let plan = try plan() else { return }
        let address = TwinAddress(tier: .server, key: plan.key)
        let attempt: Attempt<CommandDocument>
        switch plan.deed {
        case .commission(let rack, let label):
            attempt = try caller.attempt(
                address, .commission,
                CommissionRequest(
                    dc: try TwinKey(RegisterClient.dc), rack: try TwinKey(rack),
                    labels: [RegisterHistory.label: label], ifGeneration: plan.from),
                for: CommandDocument.self, note: "\(label) to \(rack) if \(plan.from)"
            ) { "generation \($0.generation ?? 0)" }
        case .decommission:
            attempt = try caller.attempt(
                address, .decommission, DecommissionRequest(ifGeneration: plan.from),
                for: CommandDocument.self, note: "if \(plan.from)"
            ) { "generation \($0.generation ?? 0)" }
        }
        guard case .ok(let document) = attempt, let generation = document.generation else {
            return note(plan, .unknown)
        }
        note(plan, .ok(generation: generation))
    }

    /// Reads a server and decides what to make of it; nil = leave it.
    mutating func plan() throws -> Plan? {
        let key = try TwinKey(random.pick(RegisterClient.servers))
        guard let server = try caller.server(key) else { return nil }
        seen.reads.append(RegisterRead(server, key: key))
        if random.isOne(in: 4) { return nil }
        count += 1
        let deed: RegisterWrite.Deed =
            random.isOne(in: 4)
            ? .decommission
            : .commission(
                rack: random.pick(RegisterClient.racks), label: "\(caller.name)-\(count)")
        return Plan(key: key, deed: deed, from: server.generation)
    }

    mutating func note(_ plan: Plan, _ end: RegisterWrite.End) {
        seen.writes.append(
            RegisterWrite(
                key: plan.key.description, deed: plan.deed, from: plan.from, end: end))
    }
}

extension RegisterRead {
    init(_ server: ServerDocument, key: TwinKey) {
        let isOut = server.status == "decommissioned"
        self.init(
            key: key.description, generation: server.generation, isOut: isOut,
            rack: isOut ? nil : server.location.rack,
            label: isOut ? nil : server.labels[RegisterHistory.label])
    }
}
