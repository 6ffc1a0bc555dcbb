import TwinCore

/// `GetUnhealthyRacks` says what the reference says: the racks of which at least three servers, and
/// half of those expected, are silent; and no other, once those that came back had time to settle.
final class UnhealthyRacksCheck: Checker {
    let name = "unhealthy racks"

    /// A rack that is back is well again after its returns, its clear delay and a little.
    private static let settledAfter: Int64 = 150_000

    func finish(in world: World) {
        guard world.scheduler.now - world.plan.calmAt >= Self.settledAfter else { return }
        var wanted: [String] = []
        for rack in 0..<Workload.racks where isUnhealthy(rack, in: world) {
            wanted.append(Workload.rackKey(rack))
        }
        let found = (world.datacenterTwin(Workload.datacenterKey)?.unhealthyRacks ?? [])
            .map(\.key.description).filter { wanted.contains($0) || !isFlapping($0, in: world) }
            .sorted()
        guard wanted.sorted() != found else { return }
        let differing = Set(wanted).symmetricDifference(found).sorted()
        world.fail(
            name,
            "unhealthy are \(found), the reference says \(wanted.sorted()); "
                + differing.map { words(of: $0, in: world) }.joined(separator: "; "))
    }

    /// A rack that came and went until its incident flaps is called well when that is over, up to
    /// 20 minutes later: by its history, which the reference does not have.
    private func isFlapping(_ rack: String, in world: World) -> Bool {
        guard let opened = world.rackTwin(rack)?.book.opened, !opened.isEmpty else { return false }
        return opened.allSatisfy { $0.phase == .recovering && $0.isFlapping }
    }

    private func words(of rack: String, in world: World) -> String {
        guard let twin = world.rackTwin(rack) else { return "\(rack) has no twin" }
        let members = twin.members.map { member in
            let since =
                member.silence.map {
                    "\($0.arrival.milliseconds) ms, by its clock "
                        + "\(($0.wall - MachineClock.wall(at: 0)).rawValue) ms"
                } ?? "-"
            let server = Int(member.key.description.dropFirst()).map { world.truth.servers[$0] }
            return "\(member.key) \(member.status.condition) \(since), in truth "
                + "\(server?.silentSince ?? 0) ms"
        }
        let incidents = twin.book.opened.map { incident in
            "\(incident.kind.rawValue) \(incident.phase), clears after "
                + "\(incident.clearDelay.rawValue) ms"
        }
        return "\(rack) is \(twin.verdict) (\(twin.unknownReason ?? "no doubt")), its members are "
            + "\(members), its incidents \(incidents)"
    }

    private func isUnhealthy(_ rack: Int, in world: World) -> Bool {
        var expected = 0
        var silent = 0
        for (server, reference) in world.reference.servers.enumerated() {
            guard let state = reference.certain, state.place?.rack == rack,
                state.windows.isEmpty, reference.taken[state.lives]?.isEmpty == false
            else { continue }
            expected += 1
            if world.truth.servers[server].silentUntil == .max { silent += 1 }
        }
        return silent >= 3 && 2 * silent >= expected
    }
}
