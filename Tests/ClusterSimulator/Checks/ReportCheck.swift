import TwinCore
import TwinRuntime

/// Every report that got ok is in its twin once, with the values it came with, and no other is.
final class ReportCheck: Checker {
    let name = "reports"
    /// Shards that were served under a wall clock that was set: it voids the window when it steps
    /// back, also when it is set right, and with the window which reports are known.
    private var voidShards: Set<UInt16> = []

    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64,
        in world: World
    ) {
        guard process.tier == .server, world.steppedWalls.contains(process.index) else { return }
        for place in process.releasedPositions { voidShards.insert(place.shard) }
    }

    func finish(in world: World) {
        for (server, reference) in world.reference.servers.enumerated() {
            guard let state = reference.certain, state.place != nil,
                let twin = world.serverTwin(Workload.serverKey(server))
            else { continue }
            let taken = reference.taken[state.lives] ?? []
            let maybe = (reference.maybeTaken[state.lives] ?? []).union(taken)
            let accepted = Int(twin.counters.accepted)
            if accepted < taken.count {
                world.fail(
                    name,
                    "\(twin.key) has taken \(accepted) reports, \(taken.count) got ok: "
                        + "something is lost")
            }
            guard !voidShards.contains(Workload.shard(ofServer: server)) else { continue }
            if accepted > maybe.count {
                world.fail(
                    name,
                    "\(twin.key) has taken \(accepted) reports, only \(maybe.count) were "
                        + "sent: something was taken twice")
            }
            compare(twin, taken.sorted(), server, in: world)
        }
    }

    private func compare(_ twin: ServerTwin, _ taken: [Int64], _ server: Int, in world: World) {
        let names = SimulatedFleetTruth.metricNames
        let kept = taken.filter { time in
            (twin.window.newest?.milliseconds ?? 0) - time < Limits.windowSpan.rawValue
        }
        for time in kept {
            let at = Timestamp(milliseconds: time)
            guard twin.window.contains(at) else {
                return world.fail(name, "\(twin.key) does not hold its report of \(time)")
            }
            let row = twin.window.firstRow(from: at)
            let values = world.truth.values(of: server, at: time)
            for (index, metric) in names.enumerated() {
                guard let column = twin.metricSet.column(of: metric),
                    let stored = twin.metricSet.windowColumn(column)
                else { continue }
                let found = twin.window.value(row: row, column: stored)
                let wanted = Quantised(values[index])
                guard found != wanted else { continue }
                return world.fail(
                    name,
                    "\(twin.key) holds \(metric) of \(time) as \(found), it came as "
                        + "\(wanted)")
            }
        }
    }
}
