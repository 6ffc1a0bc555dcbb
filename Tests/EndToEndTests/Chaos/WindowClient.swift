import Foundation
import TwinClient
import TwinCore
import TwinWire

/// A client that plans maintenance of racks and takes it back, each step until it got `ok`.
final class WindowClient: Sendable {
    private let worker: Worker<[String: Set<String>]>
    private static let pause = 0.05
    private static let windowsMax = 8
    private static let windowMilliseconds: Int64 = 6 * 3_600_000

    /// - Parameter racks: racks of which nobody else cares what they are muted by.
    init(
        _ name: String, racks: [TwinKey], _ endpoint: String, _ history: History,
        random: ChaosRandom
    ) {
        worker = Worker(name) { stop in
            var random = random
            let caller = try ChaosCaller(name, endpoint, history)
            var windows: [String: Set<String>] = [:]
            var count = 0
            while !stop.isRaised {
                let rack = TwinAddress(tier: .rack, key: random.pick(racks))
                let present = windows[rack.description, default: []]
                if let id = present.sorted().randomElement(using: &random),
                    random.isOne(in: 2) || present.count >= Self.windowsMax
                {
                    _ = try caller.insist(
                        rack, .endMaintenance, EndMaintenanceRequest(id: id),
                        for: CommandDocument.self, note: id)
                    windows[rack.description]?.remove(id)
                } else {
                    count += 1
                    let id = "\(name)-\(count)"
                    _ = try caller.insist(
                        rack, .setMaintenance, Self.window(id, owner: name, &random),
                        for: CommandDocument.self, note: id)
                    windows[rack.description, default: []].insert(id)
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return windows
        }
    }

    private static func window(
        _ id: String, owner: String, _ random: inout ChaosRandom
    ) -> SetMaintenanceRequest {
        // Planned or running; none ends by itself before the run does.
        let from = ClientTime.wall.milliseconds + Int64.random(in: -1...1, using: &random) * 60_000
        return SetMaintenanceRequest(
            id: id, owner: owner, reason: "chaos", fromMilliseconds: from,
            untilMilliseconds: from + windowMilliseconds)
    }

    func check() throws { try worker.check() }

    /// The windows that must be there, by address.
    func finish() async throws -> [String: Set<String>] { try await worker.finish(within: 120) }
}
