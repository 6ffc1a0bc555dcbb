import Msgpack
import SimulatedFleet
import TwinCore
import TwinWire

/// Follows the alert logs of all instances, as `twinctl alerts --follow` does, and keeps every
/// record it was ever shown.
final class SimulatedAlertFollower: SimulatedClient {
    let name = "follower"
    let link: Int
    private unowned let world: World
    private var requester: Requester
    private var cursors: [AlertCursor?]
    private var isAsking: [Bool]
    private var askAt: [Int64]
    /// In the order they were shown.
    private(set) var records: [AlertDocument] = []
    private(set) var gaps = 0

    init(world: World) {
        self.world = world
        link = world.network.add(name: name, side: .client)
        requester = Requester(
            link: link, random: RandomStream.clients.random(seed: world.plan.seed, index: 99))
        let count = World.instancesPerTier * Tier.allCases.count
        cursors = Array(repeating: nil, count: count)
        isAsking = Array(repeating: false, count: count)
        askAt = Array(repeating: 3_000, count: count)
    }

    var isIdle: Bool { true }

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        let now = world.scheduler.now
        for instance in cursors.indices where !isAsking[instance] && askAt[instance] <= now {
            isAsking[instance] = true
            let process = world.instances[instance]
            requester.submit(
                .readAlerts, to: "\(process.tier.name)@\(process.name)",
                Payload.pack(
                    ReadAlertsRequest(
                        after: cursors[instance], limit: 50, waitMilliseconds: 5_000)),
                token: instance,
                terms: RetryTerms(timeout: .seconds(12), attemptTimeout: .seconds(7)), in: world)
        }
        let next = cursors.indices.filter { !isAsking[$0] }.map { askAt[$0] }.min()
        return min(requester.nextDue ?? .max, next ?? .max)
    }

    private func take(_ finished: Requester.Finished) {
        let instance = finished.token
        isAsking[instance] = false
        guard case .answer(_, let payload) = finished.result else {
            askAt[instance] = world.scheduler.now + 1_000
            return
        }
        do {
            let page = try MsgpackDecoder.decode(AlertsPage.self, from: payload)
            records += page.alerts
            gaps += page.gaps.count
            world.counts.alerts += page.alerts.count
            cursors[instance] = page.cursor
            askAt[instance] = world.scheduler.now + (page.isComplete ? 200 : 0)
        } catch {
            world.fail("client", "a page of alerts could not be read: \(error)")
        }
    }
}
