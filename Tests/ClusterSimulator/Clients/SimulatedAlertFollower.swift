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
    /// By instance: the cursor of its open question.
    private var asked: [ReaderCursor]
    private var askAt: [Int64]
    /// In the order they were shown.
    private(set) var records: [AlertDocument] = []
    private(set) var gaps = 0
    /// By instance: when it was restored last. A page that was asked for before may tell what is
    /// lost, and whoever was told of it runs into a gap.
    private var restoredAt: [Int64?]

    init(world: World) {
        self.world = world
        link = world.network.add(name: name, side: .client)
        requester = Requester(
            link: link, random: RandomStream.clients.random(seed: world.plan.seed, index: 99))
        let count = world.instances.count
        isAsking = Array(repeating: false, count: count)
        askAt = Array(repeating: Self.patience, count: count)
        asked = Array(repeating: ReaderCursor(), count: count)
        restoredAt = Array(repeating: nil, count: count)
    }

    /// The world's list has one instance more.
    func instanceJoined() {
        isAsking.append(false)
        askAt.append(world.scheduler.now + Self.patience)
        asked.append(ReaderCursor())
        restoredAt.append(nil)
    }

    /// Until it looks for an instance that it has not asked before.
    private static let patience: Int64 = 3_000

    /// What the restored instance does not have any more was never told.
    func restored(_ process: any SimulatedInstanceProcess) {
        guard let place = world.instances.firstIndex(where: { $0 === process }) else { return }
        restoredAt[place] = world.scheduler.now
    }

    func wasRestored(_ process: any SimulatedInstanceProcess) -> Bool {
        world.instances.firstIndex { $0 === process }.map { restoredAt[$0] != nil } ?? false
    }

    /// An instance that was restored has recovered: its log is what there is of the time before.
    func recovered(_ process: any SimulatedInstanceProcess, log: [AlertDocument]) {
        let kept = Set(log.map(\.id))
        let shards = Set(
            process.releasedPositions.map { "\(process.tier.name)#\($0.shard)" })
        records.removeAll { record in
            shards.contains(String(record.id.prefix { $0 != ":" })) && !kept.contains(record.id)
        }
    }

    var isIdle: Bool { true }

    func act() -> Int64 {
        for finished in requester.care(in: world) { take(finished) }
        let now = world.scheduler.now
        for instance in askAt.indices where !isAsking[instance] && askAt[instance] <= now {
            isAsking[instance] = true
            asked[instance] = sequencer.taken
            let process = world.instances[instance]
            requester.submit(
                .readAlerts, to: "\(process.tier.name)@\(process.name)",
                Payload.pack(
                    ReadAlertsRequest(
                        after: sequencer.taken[process.tier], limit: 50, waitMilliseconds: 10_000)),
                token: instance,
                terms: RetryTerms(timeout: .seconds(20), attemptTimeout: .seconds(12)), in: world)
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
            if let restored = restoredAt[instance], finished.submittedAt <= restored {
                askAt[instance] = world.scheduler.now
                return
            }
            let page = try MsgpackDecoder.decode(AlertsPage.self, from: payload)
            try check(page, from: instance)
            try sequencer.take(page, nowMilliseconds: world.scheduler.now)
            if restoredAt[instance] == nil { gaps += page.gaps.count }
            askAt[instance] = world.scheduler.now + (page.isComplete ? 200 : 0)
        } catch {
            world.fail("client", "a page of alerts could not be read: \(error)")
        }
    }

    /// A page tells what stands after the cursor it was asked with, each record once. Between two
    /// instances a record may come twice, when its shard has moved; the sequencer leaves it out.
    private func check(_ page: AlertsPage, from instance: Int) throws {
        var told: Set<String> = []
        for record in page.alerts {
            let isOld = asked[instance].covers(try AlertID(record.id))
            guard isOld || !told.insert(record.id).inserted else { continue }
            world.fail(
                "alerts", "\(world.instances[instance].name) told \(record.id) to a reader twice")
        }
    }

    private func show(_ alerts: [AlertDocument]) {
        records += alerts
        world.counts.alerts += alerts.count
    }
}
