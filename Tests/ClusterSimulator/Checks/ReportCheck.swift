import TwinCore

/// Every report that got ok is in its twin once, with the values it came with, and no other is.
final class ReportCheck: Checker {
    let name = "reports"

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
            // A wall clock that steps back voids the window, and with it which reports are known.
            if accepted > maybe.count, !world.hasSteppedWall {
                world.fail(
                    name,
                    "\(twin.key) has taken \(accepted) reports, only \(maybe.count) were "
                        + "sent: something was taken twice")
            }
            // A wall clock that steps back voids what was taken under it.
            guard !world.hasSteppedWall else { continue }
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
