import Foundation
import Glibc
import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// A client that runs as a process of its own for every operation, so that it can be killed in the
/// middle of one. It fights over the same servers as the others.
final class KilledClient: Sendable {
    private final class Orders: Sendable {
        let kills = Mutex(0)
        let killed = Mutex(0)
    }

    private let orders: Orders
    private let worker: Worker<RegisterHistory>

    private static let lookEvery = 0.002
    private static let pause = 0.05
    /// twinctl gives up before.
    private static let longest: Int64 = 30_000

    init(
        _ name: String, cluster endpoint: String, folder: String, _ history: History,
        random: ChaosRandom
    ) {
        let orders = Orders()
        self.orders = orders
        worker = Worker(name) { stop in
            var work = RegisterWork(
                try ChaosCaller(name, endpoint, history), random: random)
            var number = 0
            while !stop.isRaised {
                Thread.sleep(forTimeInterval: Self.pause)
                guard let plan = try work.plan() else { continue }
                number += 1
                let log = "\(folder)/\(name)-\(number).txt"
                let end = try Self.run(plan, endpoint: endpoint, log: log, orders, history, name)
                try FileManager.default.removeItem(atPath: log)
                work.note(plan, end)
            }
            return work.seen
        }
    }

    /// The next operation under way dies.
    func kill() { orders.kills.withLock { $0 += 1 } }

    /// How many have died.
    var killedCount: Int { orders.killed.withLock { $0 } }

    func check() throws { try worker.check() }

    func finish() async throws -> RegisterHistory { try await worker.finish() }

    /// One operation by a process; killed when somebody ordered it.
    private static func run(
        _ plan: RegisterWork.Plan, endpoint: String, log: String, _ orders: Orders,
        _ history: History, _ name: String
    ) throws -> RegisterWrite.End {
        let began = history.now
        let process = try ServiceProcess(
            try Executables.path("twinctl"),
            ["--broker", endpoint, "request", "server/\(plan.key)"] + arguments(of: plan), log: log)
        let deadline = history.now + longest
        var isKilled = false
        var end = process.poll()
        while end == nil {
            let dies = orders.kills.withLock { kills in
                guard kills > 0, !isKilled else { return false }
                kills -= 1
                return true
            }
            if dies || history.now > deadline {
                isKilled = dies
                process.send(SIGKILL)
                if dies { orders.killed.withLock { $0 += 1 } }
            }
            Thread.sleep(forTimeInterval: lookEvery)
            end = process.poll()
        }
        let outcome = try outcome(of: plan, end, process.log)
        history.add(
            History.Operation(
                client: name, what: arguments(of: plan).joined(separator: " "),
                address: "server/\(plan.key)", began: began, ended: history.now,
                end: outcome == .unknown ? .unknown : .ok,
                answer: isKilled ? "killed" : process.log))
        return outcome
    }

    private static func arguments(of plan: RegisterWork.Plan) -> [String] {
        switch plan.deed {
        case .commission(let rack, let label):
            [
                "Commission",
                #"{"dc":"\#(RegisterClient.dc)","rack":"\#(rack)","labels":{"#
                    + #""\#(RegisterHistory.label)":"\#(label)"},"ifGeneration":\#(plan.from)}"#,
            ]
        case .decommission: ["Decommission", #"{"ifGeneration":\#(plan.from)}"#]
        }
    }

    private struct Answer: Decodable {
        let generation: UInt64
    }

    private static func outcome(
        of plan: RegisterWork.Plan, _ end: ServiceProcess.End?, _ text: String
    ) throws -> RegisterWrite.End {
        guard end == .exit(0) else { return .unknown }
        // Before it there may be words about the wait.
        let line = text.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        return .ok(generation: answer.generation)
    }
}
