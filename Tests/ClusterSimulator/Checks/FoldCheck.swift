import TwinCore

/// No fold outlives its parent incident by more than its way takes, and nothing that should page
/// stays muted: while faults go on, and at the end at once.
final class FoldCheck: Checker {
    let name = "folds"

    /// Looking at all twins costs: one look of so many.
    private static let looksPerCheck: Int64 = 5
    /// The longest pause before something is told again, twice, and a slow disk.
    private static let releasedWithin: Int64 = 30_000
    /// A timer that stays due fires again after a beat; a turn takes at most a second of time.
    private static let timerSlack = Milliseconds.seconds(5)

    /// By incident: the parent's that has closed, and since when it was seen so.
    private var outlived: [String: (parent: IncidentID, since: Int64)] = [:]

    /// One twin with whatever folds its incidents.
    private struct Family {
        let book: IncidentBook
        /// Its rack and its data center: a silence of many racks folds servers too.
        let parents: [IncidentBook]
        /// The parent's last word is still on its way.
        let isBehind: Bool
        /// All through whose hands that word goes.
        let processes: [any SimulatedProcess]
    }

    func look(in world: World) {
        guard world.scheduler.now / 1_000 % Self.looksPerCheck == 0 else { return }
        for family in families(in: world) {
            for incident in family.book.incidents {
                checkPaged(incident, of: family, in: world)
                checkRelease(incident, of: family, in: world)
                noteFold(incident, of: family, in: world)
            }
        }
    }

    func finish(in world: World) {
        for family in families(in: world) {
            for incident in family.book.incidents {
                checkPaged(incident, of: family, in: world)
                guard !family.isBehind, let parent = closedParent(of: incident, in: family) else {
                    continue
                }
                world.fail(
                    name,
                    "\(words(incident, of: family)) is folded under \(parent), "
                        + "which is not open")
            }
        }
    }

    private func families(in world: World) -> [Family] {
        var families: [Family] = []
        let datacenter = world.datacenterTwin(Workload.datacenterKey)
        var racks: [String: RackTwin] = [:]
        for rack in 0..<Workload.racks {
            let key = Workload.rackKey(rack)
            guard let twin = world.rackTwin(key) else { continue }
            racks[key] = twin
            families.append(
                Family(
                    book: twin.book, parents: [datacenter?.book].compactMap { $0 },
                    isBehind: datacenter?.owedChildren.contains(twin.key) ?? true,
                    processes: [world.broker] + world.racks + world.datacenters))
        }
        for twin in world.serverTwinsInTrouble() {
            let rack = twin.commission.flatMap { racks[$0.rack.description] }
            families.append(
                Family(
                    book: twin.book, parents: [rack?.book, datacenter?.book].compactMap { $0 },
                    isBehind: rack?.owedChildren.contains(twin.key) ?? true,
                    processes: world.processes))
        }
        if let datacenter {
            families.append(
                Family(book: datacenter.book, parents: [], isBehind: false, processes: []))
        }
        return families
    }

    /// The incident under which this one is folded, when its twin has it no more.
    private func closedParent(of incident: Incident, in family: Family) -> IncidentID? {
        guard let fold = incident.fold, fold.releasedAt == nil else { return nil }
        let isThere = family.parents.contains { parent in
            parent.address == fold.parent.address
                && parent.incidents.contains {
                    $0.number == fold.parent.number && $0.phase != .resolved
                }
        }
        return isThere ? nil : fold.parent
    }

    /// A fold may outlive its parent for as long as the word of it is on its way through processes
    /// that are all well.
    private func noteFold(_ incident: Incident, of family: Family, in world: World) {
        let id = "\(family.book.address):\(incident.number)"
        guard let parent = closedParent(of: incident, in: family) else {
            outlived[id] = nil
            return
        }
        let now = world.scheduler.now
        guard let known = outlived[id], known.parent == parent else {
            outlived[id] = (parent, now)
            return
        }
        let since = max(known.since, world.steadyTimes.since(family.processes))
        guard since <= now - Self.releasedWithin else { return }
        world.fail(
            name,
            "\(words(incident, of: family)) is folded under \(parent) for \(now - since) ms "
                + "after it closed, and nothing stood in the way")
    }

    /// A fold that was released ends when its time is over.
    private func checkRelease(_ incident: Incident, of family: Family, in world: World) {
        guard let release = incident.fold?.releasedAt,
            let elapsed = world.elapsed(of: family.book.address),
            release + Self.timerSlack < elapsed
        else { return }
        world.fail(
            name,
            "\(words(incident, of: family)) is muted by a fold that ended at "
                + "\(release.milliseconds) ms, it is \(elapsed.milliseconds) ms")
    }

    private func checkPaged(_ incident: Incident, of family: Family, in world: World) {
        guard incident.phase == .open, incident.severity >= .error,
            incident.pagedSeverity == nil, family.book.mutes(of: incident).isEmpty,
            // What comes and goes is told when it has settled.
            !incident.isFlapping
        else { return }
        world.fail(
            name, "\(words(incident, of: family)) is open, nothing mutes it and it never paged")
    }

    private func words(_ incident: Incident, of family: Family) -> String {
        "\(family.book.address):\(incident.number) (\(incident.kind.rawValue))"
    }
}
