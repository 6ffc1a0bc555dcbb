import TwinCore

/// When faults stop, the tree converges: each rack's view equals its servers' statuses, the data
/// center's view equals its racks', and nobody owes anything.
final class ConvergenceCheck: Checker {
    let name = "convergence"

    /// By twin: the version that a parent has not receipted, and since when it was seen so.
    private var owed: [String: (version: Version, since: Int64)] = [:]

    /// In the calm: what a twin owes is soon receipted, to the last one.
    func look(in world: World) {
        let calm = world.scheduler.now - world.plan.calmAt
        guard calm >= Self.settlingMilliseconds, calm / 1_000 % Self.looksPerCheck == 0 else {
            return
        }
        for server in world.reference.servers.indices {
            let key = Workload.serverKey(server)
            noteDebt(world.serverDebt(key), of: "server/\(key)", in: world)
        }
        for rack in 0..<Workload.racks {
            let key = Workload.rackKey(rack)
            noteDebt(world.rackDebt(key), of: "rack/\(key)", in: world)
        }
    }

    private func noteDebt(_ debt: ChildDebt?, of name: String, in world: World) {
        guard let debt else { return }
        guard !debt.parents.isEmpty else {
            owed[name] = nil
            return
        }
        let now = world.scheduler.now
        guard let known = owed[name], known.version == debt.version else {
            owed[name] = (debt.version, now)
            return
        }
        guard now - known.since >= Self.owedMilliseconds else { return }
        world.fail(
            self.name,
            "\(name) owes version \(debt.version) to \(debt.parents.map(\.description)) "
                + "for \(now - known.since) ms, long after the last fault")
    }

    private static let looksPerCheck: Int64 = 5
    private static let settlingMilliseconds: Int64 = 30_000
    /// Twice the longest pause before something is told again.
    private static let owedMilliseconds: Int64 = 20_000

    func finish(in world: World) {
        for process in world.instances {
            guard process.isUp, process.isMember else {
                world.fail(name, "\(process.name) is no member of its cluster at the end")
                continue
            }
            if process.owedCount > Self.owedAtRestMax {
                world.fail(name, "\(process.name) still owes \(process.owedCount) statuses")
            }
        }
        compareRacks(in: world)
        compareDatacenter(in: world)
    }

    /// What the last turn has raised may be on its way.
    private static let owedAtRestMax = 8

    private func compareRacks(in world: World) {
        var members: [String: [String]] = [:]
        for server in world.reference.servers.indices {
            guard let twin = world.serverTwin(Workload.serverKey(server)),
                let commission = twin.commission
            else { continue }
            let rack = commission.rack.description
            members[rack, default: []].append(twin.key.description)
            // The rack may be one delivery behind.
            guard twin.owedParents.isEmpty else { continue }
            let member = world.rackTwin(rack)?.member(twin.key)
            guard member?.status == twin.status, member?.version == twin.version else {
                world.fail(
                    name,
                    "rack/\(rack) holds another status of \(twin.key) than its twin: "
                        + "version \(member.map { "\($0.version)" } ?? "none") instead of "
                        + "\(twin.version)")
                continue
            }
        }
        for rack in 0..<Workload.racks {
            let key = Workload.rackKey(rack)
            let wanted = (members[key] ?? []).sorted()
            let found = (world.rackTwin(key)?.members ?? []).map(\.key.description).sorted()
            guard wanted != found else { continue }
            world.fail(name, "rack/\(key) has the members \(found), its servers are \(wanted)")
        }
    }

    private func compareDatacenter(in world: World) {
        let datacenter = world.datacenterTwin(Workload.datacenterKey)
        for rack in 0..<Workload.racks {
            guard let twin = world.rackTwin(Workload.rackKey(rack)), let status = twin.status,
                twin.owedParents.isEmpty
            else { continue }
            let held = datacenter?.racks.first { $0.key == twin.key }
            guard held?.status == status, held?.version == twin.version else {
                world.fail(
                    name,
                    "the data center holds another status of \(twin.key) than its twin: "
                        + "version \(held.map { "\($0.version)" } ?? "none") instead of "
                        + "\(twin.version)")
                continue
            }
        }
    }
}
