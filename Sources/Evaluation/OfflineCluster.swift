package import TwinCore

/// The production twins of all three tiers in one process on a virtual clock: what
/// `simulate --offline` runs, and a first test of how the tiers play together.
///
/// One shard a tier, run by the same shard machine as in the services: reports are admitted and
/// stepped, timers fire when due, statuses, receipts and folds travel for `delay` each way. Simpler
/// than a cluster: nothing is lost, nobody is ever blind, nothing is durable. Deterministic.
package struct OfflineCluster: Sendable {
    /// How long a word travels from one tier to the next: a commit and a hop.
    package static let delayDefault = Milliseconds(rawValue: 20)

    package let start: Timestamp
    /// Every alert record so far that nobody took yet, in order.
    package private(set) var alerts: [NumberedAlert] = []
    package private(set) var tally = OfflineTally()
    /// How far the virtual clock has come.
    package private(set) var now = Milliseconds.zero

    private let metricSet: MetricSet
    private var servers: Shard<ServerTwin>
    private var racks: Shard<RackTwin>
    private var datacenters: Shard<DatacenterTwin>
    private var serverLink: OfflineLink<ServerTwin, RackTwin>
    private var rackLink: OfflineLink<RackTwin, DatacenterTwin>
    private var profileNumbers: [ReporterProfile: UInt16] = [:]

    /// An empty cluster whose servers report `metrics`; nil when those are too many or not unique.
    package init?(
        metrics: [String], start: Timestamp, delay: Milliseconds = delayDefault,
        configuration: ClusterConfiguration = ClusterConfiguration()
    ) {
        invariant(delay > .zero, "delay of \(delay.rawValue) ms")
        self.start = start
        servers = OfflineCluster.shard(.server, configuration, children: 0)
        racks = OfflineCluster.shard(.rack, configuration, children: 1)
        datacenters = OfflineCluster.shard(.dc, configuration, children: 1)
        serverLink = OfflineLink(delay: delay)
        rackLink = OfflineLink(delay: delay)
        let time = TurnTime(running: .zero, wall: start)
        servers.take(.metricSet(id: 0, names: metrics), at: time, record: OfflineCluster.record)
        guard let set = servers.metricSets.find(metrics) else { return nil }
        metricSet = set
        servers.closeTurn()
    }

    private static func shard<Twin>(
        _ tier: Tier, _ configuration: ClusterConfiguration, children: Int
    ) -> Shard<Twin> {
        var shard = Shard<Twin>(
            id: ShardID(tier: tier, index: 0), epoch: .first, configuration: configuration,
            childShardCount: children, running: .zero)
        shard.take(
            .observation(isObserving: true, floor: .zero),
            at: TurnTime(running: .zero, wall: Timestamp(milliseconds: 0)), record: record)
        shard.closeTurn()
        return shard
    }

    /// Puts a server under watch, now; a second commission moves it.
    package mutating func commission(_ key: TwinKey, _ commission: Commission) {
        let input = ServerTwin.Input.commission(commission)
        let known = servers.find(key).flatMap { servers.slots[$0].twin?.ordinal }
        step(known.map { .twin(ordinal: $0, input) } ?? servers.birth(of: key, input))
    }

    /// Delivers `reports`, ascending by `deliveredAt`, and moves on to `moment`.
    package mutating func advance(to moment: Milliseconds, reports: [OfflineReport]) {
        for report in reports {
            run(until: report.deliveredAt)
            now = max(now, report.deliveredAt)
            take(report)
        }
        run(until: moment)
        now = max(now, moment)
    }

    /// The alert records since the last call, in order.
    package mutating func takeAlerts() -> [NumberedAlert] {
        defer { alerts.removeAll(keepingCapacity: true) }
        return alerts
    }

    /// A rack as it stands now; nil before a server of it was heard of.
    package func rack(_ key: TwinKey) -> RackTwin? { racks.twin(key) }

    /// A data center as it stands now; nil before a rack of it was heard of.
    package func datacenter(_ key: TwinKey) -> DatacenterTwin? { datacenters.twin(key) }

    package func server(_ key: TwinKey) -> ServerTwin? { servers.twin(key) }

    // MARK: reports

    private mutating func take(_ report: OfflineReport) {
        guard let slot = servers.find(report.server),
            let ordinal = servers.slots[slot].twin?.ordinal
        else {
            tally.unknown += 1
            return
        }
        let admission = servers.admission(
            slot: slot, at: report.at, values: report.values.span, set: metricSet,
            wall: time.wall)
        switch admission {
        case .newest, .late:
            if admission == .newest { tally.accepted += 1 } else { tally.late += 1 }
            let input = ReportInput(
                ordinal: ordinal, at: report.at, flags: report.flags, metricSet: metricSet.id,
                target: metricSet.id, profile: number(of: report.profile),
                values: report.values.indices, devices: [])
            step(.report(input), arena: report.values)
        case .duplicate:
            tally.duplicate += 1
        case .tooOld:
            tally.tooOld += 1
            step(.twin(ordinal: ordinal, .heard(.tooOld)))
        case .future:
            tally.future += 1
            step(.twin(ordinal: ordinal, .heard(.future)))
        }
    }

    private mutating func number(of profile: ReporterProfile) -> UInt16 {
        if let number = profileNumbers[profile] { return number }
        let number = UInt16(servers.profiles.count)
        profileNumbers[profile] = number
        servers.take(
            .profile(id: number, profile), at: time, record: OfflineCluster.record)
        return number
    }

    // MARK: time

    /// Does everything that is due before or at `moment`, each thing at its own time.
    private mutating func run(until moment: Milliseconds) {
        while let due = nextDue, due <= moment {
            now = max(now, due)
            while let due = serverLink.nextDue, due <= now { deliverBetweenServersAndRacks() }
            while let due = rackLink.nextDue, due <= now { deliverBetweenRacksAndDatacenters() }
            fireTimers()
        }
    }

    private var nextDue: Milliseconds? {
        let timers = [servers.nextTimer, racks.nextTimer, datacenters.nextTimer].map {
            $0.map { Milliseconds(rawValue: $0.milliseconds) }
        }
        return (timers + [serverLink.nextDue, rackLink.nextDue]).compactMap { $0 }.min()
    }

    private var time: TurnTime { TurnTime(running: now, wall: start + now) }

    private mutating func fireTimers() {
        var woken: [Int] = []
        let time = time
        _ = servers.fireTimers(at: time, record: Self.record, limit: .max) { _, slot in
            woken.append(slot)
        }
        for slot in woken { settleServer(slot) }
        woken.removeAll(keepingCapacity: true)
        _ = racks.fireTimers(at: time, record: Self.record, limit: .max) { _, slot in
            woken.append(slot)
        }
        for slot in woken { settleRack(slot) }
        woken.removeAll(keepingCapacity: true)
        _ = datacenters.fireTimers(at: time, record: Self.record, limit: .max) { _, slot in
            woken.append(slot)
        }
        for slot in woken { settleDatacenter(slot) }
    }

    // MARK: between the tiers

    private mutating func step(_ input: ShardInput<ServerTwin.Input>, arena: [Float] = []) {
        let slot = servers.take(input, arena: arena, at: time, record: Self.record)
        if let slot { settleServer(slot) }
    }

    private mutating func deliverBetweenServersAndRacks() {
        let touched = serverLink.deliver(to: &racks, and: &servers, at: time)
        if let slot = touched.parent { settleRack(slot) }
        if let slot = touched.child { settleServer(slot) }
    }

    private mutating func deliverBetweenRacksAndDatacenters() {
        let touched = rackLink.deliver(to: &datacenters, and: &racks, at: time)
        if let slot = touched.parent { settleDatacenter(slot) }
        if let slot = touched.child { settleRack(slot) }
    }

    private mutating func settleServer(_ slot: Int) {
        serverLink.owe(slot, of: servers, at: now)
        alerts += servers.turnAlerts
        servers.closeTurn()
    }

    private mutating func settleRack(_ slot: Int) {
        rackLink.owe(slot, of: racks, at: now)
        serverLink.oweFolds(slot, of: racks, at: now)
        alerts += racks.turnAlerts
        racks.closeTurn()
    }

    private mutating func settleDatacenter(_ slot: Int) {
        rackLink.oweFolds(slot, of: datacenters, at: now)
        alerts += datacenters.turnAlerts
        datacenters.closeTurn()
    }

    /// Nothing is journalled here: all inputs belong to one record.
    private static let record: UInt64 = 1
}
