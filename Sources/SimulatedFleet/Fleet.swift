package import TwinCore

/// A simulated fleet: every report that its servers send, in the order in which they arrive.
///
/// Pure and seeded. Each report is a function of (seed, server, number), so the same options give
/// the same reports whatever the steps of `advance`. Servers report at staggered phases of the
/// interval. Costs 1.5 µs a report in release; memory is a few hundred bytes a server and 32
/// bytes a report on its way.
package struct Fleet: Sendable {
    package let topology: FleetTopology
    package let options: FleetOptions
    package let faults: [Fault]

    private let timelines: [ServerTimeline]
    private let phases: [Milliseconds]
    /// Servers in the order of their phases.
    private let order: [Int]
    /// The next scheduled report: its round and its place in `order`.
    private var round: Int64 = 0
    private var position = 0
    private var queue = DeliveryQueue()

    /// Sets the fleet up. `options.interval` must be positive.
    package init(topology: FleetTopology, faults: [Fault], options: FleetOptions) {
        invariant(options.interval > .zero, "interval of \(options.interval.rawValue) ms")
        self.topology = topology
        self.options = options
        self.faults = faults
        let servers = topology.serverKeys.indices
        var timelines = servers.map { ServerTimeline(server: $0, seed: options.seed) }
        for (index, fault) in faults.enumerated() {
            for server in topology.servers(at: fault.target) {
                let place = FaultPlace(
                    of: server, in: fault, index: index, topology: topology, seed: options.seed)
                timelines[server].add(fault, at: place, interval: options.interval)
            }
        }
        self.timelines = timelines
        let phases = servers.map { server in
            let share = SplitMix64.unit(options.seed, Fleet.phaseStream, UInt64(server))
            return options.interval.scaled(by: share)
        }
        self.phases = phases
        order = servers.sorted { (phases[$0].rawValue, $0) < (phases[$1].rawValue, $1) }
    }

    /// The metrics of every report, in the order of its values.
    package static var metricNames: [String] { FleetMetric.names }

    /// Moves on to `moment` (since the fleet's first moment) and returns what arrived since the
    /// last call, in the order of arrival. A moment in the past returns nothing.
    package mutating func advance(to moment: Milliseconds) -> [FleetReport] {
        var arrived: [FleetReport] = []
        while let (server, time) = nextScheduled(until: moment) {
            deliverQueued(before: time, to: &arrived)
            schedule(server: server, number: round, at: time, arrived: &arrived)
            position += 1
            if position == order.count {
                position = 0
                round += 1
            }
        }
        deliverQueued(before: moment + Milliseconds(rawValue: 1), to: &arrived)
        return arrived
    }

    // MARK: schedule

    private func nextScheduled(until moment: Milliseconds) -> (server: Int, time: Milliseconds)? {
        let server = order[position]
        let time = takenAt(server: server, number: round)
        return time <= moment ? (server, time) : nil
    }

    private func takenAt(server: Int, number: Int64) -> Milliseconds {
        phases[server] + number * options.interval
    }

    private mutating func schedule(
        server: Int, number: Int64, at time: Milliseconds, arrived: inout [FleetReport]
    ) {
        let timeline = timelines[server]
        guard var due = timeline.arrival(ofReportAt: time, interval: options.interval) else {
            return
        }
        var flags: ReportFlags = []
        if due > time { flags.insert(.buffered) }
        let boot = timeline.boot(at: time)
        if boot >= .zero, time - boot < options.interval { flags.insert(.rebooted) }

        var luck = SplitMix64(
            mixing: options.seed ^ Fleet.deliveryStream, UInt64(server), UInt64(number))
        let loss = timeline.symptoms.reduce(0) { max($0, $1.reportLoss(at: time)) }
        guard luck.uniform() >= loss else { return }
        if due == time {
            due = timeline.reachable(from: due + delay(loss: loss, luck: &luck))
        }
        if luck.uniform() < options.imperfections.duplicatedShare {
            let again = timeline.reachable(
                from: due + options.interval.scaled(by: luck.uniform()))
            queue.add(.init(due: again, server: server, number: number, flags: flags))
        }
        if due == time {
            arrived.append(report(server: server, number: number, due: due, flags: flags))
        } else {
            queue.add(.init(due: due, server: server, number: number, flags: flags))
        }
    }

    /// How much later than it could a report arrives.
    private func delay(loss: Double, luck: inout SplitMix64) -> Milliseconds {
        let imperfections = options.imperfections
        let lateShare = imperfections.lateShare + loss
        let draw = luck.uniform()
        let length = luck.uniform()
        if draw < lateShare { return options.interval.scaled(by: 0.5 + 1.5 * length) }
        if draw < lateShare + imperfections.reorderedShare {
            return options.interval.scaled(by: 1 + 0.05 * length) + Milliseconds(rawValue: 1)
        }
        return .zero
    }

    private mutating func deliverQueued(
        before time: Milliseconds, to arrived: inout [FleetReport]
    ) {
        while let first = queue.first, first.due < time, let entry = queue.removeFirst() {
            arrived.append(
                report(
                    server: entry.server, number: entry.number, due: entry.due, flags: entry.flags))
        }
    }

    // MARK: content

    private func report(
        server: Int, number: Int64, due: Milliseconds, flags: ReportFlags
    ) -> FleetReport {
        let time = takenAt(server: server, number: number)
        let readings = readings(of: server, number: number, at: time)
        let offset = clockOffset(of: server, at: time)
        return FleetReport(
            server: server, deliveredAt: due, at: options.start + time + offset, flags: flags,
            values: readings.values)
    }

    private func readings(of server: Int, number: Int64, at time: Milliseconds) -> ServerReadings {
        let seed = options.seed
        let wall = options.start + time
        var noise = SplitMix64(mixing: seed ^ Fleet.noiseStream, UInt64(server), UInt64(number))
        let load = options.load.utilization(
            of: server, rack: topology.rack(of: server), at: time, wall: wall, seed: seed)
        let day = Milliseconds.hours(24).rawValue
        let sinceMidnight = (wall.milliseconds % day + day) % day
        var readings = ServerReadings(
            load: load, individual: SplitMix64.unit(seed, Fleet.serverStream, UInt64(server)),
            wander: LoadModel.wander(of: server, at: time, seed: seed),
            dayShare: Double(sinceMidnight) / Double(day), noise: &noise)
        let timeline = timelines[server]
        let up = time - timeline.boot(at: time)
        readings.uptime = up.seconds
        if up < Fleet.recoverySpan { readings.recoverFileSystems() }
        for symptom in timeline.symptoms { symptom.apply(to: &readings, at: time) }
        return readings
    }

    private func clockOffset(of server: Int, at time: Milliseconds) -> Milliseconds {
        var generator = SplitMix64(
            mixing: options.seed ^ Fleet.clockStream, UInt64(server))
        let isSkewed = generator.uniform() < options.imperfections.skewedShare
        let offset = isSkewed ? Int64(generator.uniform(in: -5_000...5_000)) : 0
        return timelines[server].symptoms.reduce(Milliseconds(rawValue: offset)) {
            $0 + $1.clockOffset(at: time)
        }
    }

    /// How long disks are busy with checks after a boot.
    private static let recoverySpan = Milliseconds.minutes(2)
    private static let phaseStream: UInt64 = 2
    private static let serverStream: UInt64 = 3
    private static let deliveryStream: UInt64 = 0xD0
    private static let noiseStream: UInt64 = 0xA0
    private static let clockStream: UInt64 = 0xC0
}
