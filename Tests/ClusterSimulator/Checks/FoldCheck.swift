import TwinCore

/// No fold outlives its parent incident, and nothing that should page stays muted.
final class FoldCheck: Checker {
    let name = "folds"

    func finish(in world: World) {
        for server in world.reference.servers.indices {
            guard let twin = world.serverTwin(Workload.serverKey(server)) else { continue }
            let rack = twin.commission.flatMap { world.rackTwin($0.rack.description) }
            check(
                twin.book, parent: rack?.book,
                isBehind: rack?.owedChildren.contains(twin.key) ?? true, in: world)
        }
        let datacenter = world.datacenterTwin(Workload.datacenterKey)
        for rack in 0..<Workload.racks {
            guard let twin = world.rackTwin(Workload.rackKey(rack)) else { continue }
            check(
                twin.book, parent: datacenter?.book,
                isBehind: datacenter?.owedChildren.contains(twin.key) ?? true, in: world)
        }
        if let datacenter { check(datacenter.book, parent: nil, isBehind: false, in: world) }
    }

    /// - Parameter isBehind: the parent's last word is still on its way.
    private func check(
        _ book: IncidentBook, parent: IncidentBook?, isBehind: Bool, in world: World
    ) {
        for incident in book.incidents {
            if let fold = incident.fold, fold.releasedAt == nil, !isBehind {
                let isThere =
                    parent?.address == fold.parent.address
                    && parent?.incidents.contains { $0.number == fold.parent.number } == true
                if !isThere {
                    world.fail(
                        name,
                        "\(book.address):\(incident.number) is folded under "
                            + "\(fold.parent), which is not there")
                }
            }
            guard incident.phase == .open, incident.severity >= .error,
                incident.pagedSeverity == nil, book.mutes(of: incident).isEmpty
            else { continue }
            world.fail(
                name,
                "\(book.address):\(incident.number) (\(incident.kind.rawValue)) is open, "
                    + "mutes nothing and has never paged")
        }
    }
}
