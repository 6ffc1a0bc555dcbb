import Foundation
import TwinClient
import TwinCore
import TwinWire

/// Asks racks, data centers and servers how they are, and holds every answer against what had
/// been told before: a twin that was killed comes back no younger.
final class QueryClient: Sendable {
    private let worker: Worker<Void>
    private static let pause = 0.04

    init(
        _ name: String, racks: [TwinKey], dcs: [TwinKey], servers: [TwinKey], _ endpoint: String,
        _ history: History, random: ChaosRandom
    ) {
        worker = Worker(name) { stop in
            var random = random
            let caller = try ChaosCaller(name, endpoint, history)
            while !stop.isRaised {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: try caller.rack(random.pick(racks))
                case 1: try caller.unhealthyRacks(random.pick(dcs))
                default: _ = try caller.server(random.pick(servers))
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
    }

    func check() throws { try worker.check() }

    func finish() async throws { try await worker.finish() }
}

extension ChaosCaller {
    fileprivate func rack(_ key: TwinKey) throws {
        let address = TwinAddress(tier: .rack, key: key)
        let before = history.newest(of: address.description)
        let attempt = try self.attempt(address, .getRack, NoContent(), for: RackDocument.self)
        guard case .ok(let rack) = attempt else { return }
        history.told(
            address.description, epoch: rack.owner.epoch, position: rack.position, before: before,
            by: name)
    }

    fileprivate func unhealthyRacks(_ key: TwinKey) throws {
        let address = TwinAddress(tier: .dc, key: key)
        let before = history.newest(of: address.description)
        let attempt = try self.attempt(
            address, .getUnhealthyRacks, UnhealthyRacksRequest(), for: UnhealthyRacksDocument.self)
        guard case .ok(let document) = attempt else { return }
        history.told(
            address.description, epoch: Self.firstEpoch, position: document.position,
            before: before, by: name)
    }

    /// No shard of the dc tier moves in a run, and the answer does not name its epoch.
    private static let firstEpoch: UInt32 = 1
}
