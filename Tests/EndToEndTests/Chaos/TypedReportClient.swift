import Foundation
import TwinClient
import TwinCore
import TwinWire

/// Reports as people type them, one message each, repeated until it got `ok`.
final class TypedReportClient: Sendable {
    private let worker: Worker<[TwinKey: UInt64]>
    private static let pause = 0.1
    /// Not missed while one owner is away and its reports keep the others waiting.
    static let intervalSeconds = 600.0

    init(
        _ name: String, servers: [TwinKey], _ endpoint: String, _ history: History,
        random: ChaosRandom
    ) {
        worker = Worker(name) { stop in
            var random = random
            let caller = try ChaosCaller(name, endpoint, history)
            var last = Timestamp(milliseconds: 0)
            var taken: [TwinKey: UInt64] = [:]
            while !stop.isRaised {
                let key = random.pick(servers)
                last = max(ClientTime.wall, last + Milliseconds(rawValue: 1))
                _ = try caller.insist(
                    TwinAddress(tier: .server, key: key), .report,
                    ReportRequest(
                        at: .milliseconds(last.milliseconds),
                        metrics: ["system.cpu.utilization": 0.4]),
                    for: ReportReply.self
                ) { $0.outcome.rawValue }
                taken[key, default: 0] += 1
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return taken
        }
    }

    func check() throws { try worker.check() }

    /// The reports each server must have.
    func finish() async throws -> [TwinKey: UInt64] { try await worker.finish(within: 120) }
}
