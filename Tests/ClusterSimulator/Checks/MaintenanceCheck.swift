import TwinCore

/// A rack's maintenance that got ok is in force until its time is over or its end got ok, whoever
/// has served the rack meanwhile, and not a moment longer.
final class MaintenanceCheck: Checker {
    let name = "maintenance"

    /// Clocks differ by less, and windows are looked at once a second; a turn may wait for a disk.
    private static let slack: Int64 = 10_000

    func restored(_ process: any SimulatedInstanceProcess, in world: World) {
        guard process.tier == .rack else { return }
        for window in world.reference.windows.indices {
            world.reference.windows[window].forget()
        }
    }

    func look(in world: World) {
        let now = world.scheduler.now
        let areClocksRight = world.racks.allSatisfy { !world.steppedWalls.contains($0.index) }
        for window in world.reference.windows {
            let rack = Workload.rackKey(window.rack)
            switch window.state {
            case .inForce:
                // A rack that nobody serves now is looked at later.
                guard now < window.until - Self.slack, areClocksRight,
                    let twin = world.rackTwin(rack), !isThere(window, in: twin)
                else { continue }
                world.fail(
                    name,
                    "\(window.id) of rack/\(rack) got ok and is not in force; there are "
                        + "\(twin.book.maintenance.map(\.id))")
            case .ended:
                guard now < window.until, let twin = world.rackTwin(rack), isThere(window, in: twin)
                else { continue }
                world.fail(name, "\(window.id) of rack/\(rack) was ended and is in force")
            case .unsure: break
            }
        }
    }

    func finish(in world: World) {
        for rack in 0..<Workload.racks {
            guard let twin = world.rackTwin(Workload.rackKey(rack)),
                !twin.book.maintenance.isEmpty
            else { continue }
            world.fail(
                name,
                "rack/\(twin.key) has \(twin.book.maintenance.map(\.id)) long after their time")
        }
    }

    private func isThere(_ window: ReferenceWindow, in twin: RackTwin) -> Bool {
        twin.book.maintenance.contains { $0.id == window.id }
    }
}
