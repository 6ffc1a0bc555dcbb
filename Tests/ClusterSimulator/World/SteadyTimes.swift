/// Since when each process and its connection have been well without a break, as far as a look at
/// every second tells: what a bound on the whole cluster's work may be counted from.
struct SteadyTimes {
    private struct Sign: Equatable {
        let life: UInt64
        let connection: UInt64
    }

    private var signs: [Sign?] = []
    private var since: [Int64] = []

    /// Notes what is seen now; called once a second.
    mutating func look(at world: World) {
        let now = world.scheduler.now
        while since.count < world.processes.count {
            signs.append(nil)
            since.append(now)
        }
        for process in world.processes {
            let connection = world.link(of: process).map { world.network.links[$0].connection }
            let sign = Sign(life: process.life, connection: connection ?? 0)
            let isSame = signs[process.index] == sign
            signs[process.index] = sign
            if !isSame || !isWell(process, in: world) { since[process.index] = now }
        }
    }

    /// Since when all of these were well together.
    func since(_ processes: [any SimulatedProcess]) -> Int64 {
        processes.map { since.indices.contains($0.index) ? since[$0.index] : .max }.max() ?? .max
    }

    private func isWell(_ process: any SimulatedProcess, in world: World) -> Bool {
        let now = world.scheduler.now
        guard process.isUp, process.pausedUntil <= now, world.networkDisturbedUntil <= now else {
            return false
        }
        guard let link = world.link(of: process) else { return true }
        let lanes = world.network.links[link]
        return lanes.routingID != nil && lanes.up.blockedUntil <= now
            && lanes.down.blockedUntil <= now
            && world.instances.first { $0.index == process.index }?.isMember == true
    }
}
