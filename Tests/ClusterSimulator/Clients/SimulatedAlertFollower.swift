import Msgpack
import SimulatedFleet
import TwinClient
import TwinCore
import TwinWire

/// Follows the alert logs of all instances, as `twinctl alerts --follow` does and with its
/// sequencer, and keeps every record it was ever shown.
final class SimulatedAlertFollower: SimulatedClient {
    let name = "follower"
    let link: Int
    private unowned let world: World
    private var requester: Requester
    private var sequencer = AlertSequencer(from: ReaderCursor(), reorderMilliseconds: 250)
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
        isAsking = Array(repeating: false, count: count)
        askAt = Array(repeating: 3_000, count: count)
    }

    var isIdle: Bool { true }

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        let now = world.scheduler.now
        for instance in askAt.indices where !isAsking[instance] && askAt[instance] <= now {
            isAsking[instance] = true
            let process = world.instances[instance]
            requester.submit(
                .readAlerts, to: "\(process.tier.name)@\(process.name)",
                Payload.pack(
                    ReadAlertsRequest(
                        after: sequencer.taken[process.tier], limit: 50, waitMilliseconds: 5_000)),
                token: instance,
                terms: RetryTerms(timeout: .seconds(12), attemptTimeout: .seconds(7)), in: world)
        }
        show(sequencer.release(nowMilliseconds: now))
        let next = askAt.indices.filter { !isAsking[$0] }.map { askAt[$0] }.min()
        let due = min(sequencer.dueMilliseconds ?? .max, next ?? .max)
        return min(requester.nextDue ?? .max, due)
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
            try sequencer.take(page, nowMilliseconds: world.scheduler.now)
            gaps += page.gaps.count
            askAt[instance] = world.scheduler.now + (page.isComplete ? 200 : 0)
        } catch {
            world.fail("client", "a page of alerts could not be read: \(error)")
        }
    }

    private func show(_ alerts: [AlertDocument]) {
        records += alerts
        world.counts.alerts += alerts.count
    }
}
