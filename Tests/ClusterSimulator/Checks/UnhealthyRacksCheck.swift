import TwinCore

/// `GetUnhealthyRacks` says what the reference says: the racks of which at least three servers, and
/// half of those expected, fell silent together; and no other, once those that came back had time
/// to settle. Of racks whose servers fell silent one by one the reference says nothing.
final class UnhealthyRacksCheck: Checker {
    let name = "unhealthy racks"

    /// A rack that is back is well again after its returns, its clear delay and a little.
    private static let settledAfter: Int64 = 150_000

    func finish(in world: World) {
        guard world.scheduler.now - world.plan.calmAt >= Self.settledAfter else { return }
        var wanted: [String] = []
        var allowed: [String] = []
        for rack in 0..<Workload.racks {
            let key = Workload.rackKey(rack)
            let window = window(of: key, in: world)
            let mustBe = isUnhealthy(rack, in: world) { server in
                fellSilentTogether(server, within: window, in: world)
            }
            if mustBe { wanted.append(key) }
            if mayBeUnhealthy(rack, in: world) { allowed.append(key) }
        }
        let found = (world.datacenterTwin(Workload.datacenterKey)?.unhealthyRacks ?? [])
            .map(\.key.description).filter { key in
                wanted.contains(key) || !allowed.contains(key) && !isFlapping(key, in: world)
            }.sorted()
        guard wanted.sorted() != found else { return }
        let differing = Set(wanted).symmetricDifference(found).sorted()
        world.fail(
            name,
            "unhealthy are \(found), the reference says \(wanted.sorted()); "
                + differing.map { words(of: $0, in: world) }.joined(separator: "; "))
    }

    /// A rack that came and went is called well later each time, by its history, which the
    /// reference does not have: after a clear delay that has grown, or up to 20 minutes later once
    /// it flaps.
    private func isFlapping(_ rack: String, in world: World) -> Bool {
        guard let opened = world.rackTwin(rack)?.book.opened, !opened.isEmpty else { return false }
        let calm = world.scheduler.now - world.plan.calmAt
        return opened.allSatisfy { incident in
            let isGrown = incident.clearDelay.rawValue + Self.backWithin > calm
            return incident.phase == .recovering && (incident.isFlapping || isGrown)
        }
    }

    /// The last of a rack's servers is heard, and its silence over, so long after the last fault.
    private static let backWithin: Int64 = 100_000

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

    /// Silences belong together within two intervals of a rack, which are its members' median.
    private func window(of rack: String, in world: World) -> Int64 {
        let intervals = (world.rackTwin(rack)?.members ?? []).map(\.status.interval.rawValue)
        return intervals.isEmpty ? 0 : 2 * intervals.sorted()[intervals.count / 2]
    }

    /// Silent for good since the last fault, heard just before it under its own clock, and for so
    /// long that it is known. Whoever was silent before may be one of those that fell silent one by
    /// one.
    private func fellSilentTogether(
        _ server: SimulatedFleetTruth.Server, within window: Int64, in world: World
    ) -> Bool {
        let calmAt = world.plan.calmAt
        let lastHeardWithin = server.interval + SimulatedReporter.gatherMillisecondsMax
        return server.silentUntil == .max && server.silentSince >= calmAt && !server.wasSkewed
            && calmAt - server.lastAnswered <= lastHeardWithin && lastHeardWithin <= window
            && world.scheduler.now - server.silentSince
                >= SilenceCheck.foundAfter + 3 * server.interval
    }

    /// Three servers that are or may be in this rack are silent, whatever else is known of them.
    private func mayBeUnhealthy(_ rack: Int, in world: World) -> Bool {
        let silent = world.reference.servers.indices.count { server in
            world.truth.servers[server].silentUntil == .max
                && world.reference.servers[server].possible.contains { $0.place?.rack == rack }
        }
        return silent >= 3
    }

    private func isUnhealthy(
        _ rack: Int, in world: World, by isSilent: (SimulatedFleetTruth.Server) -> Bool
    ) -> Bool {
        var expected = 0
        var silent = 0
        for (server, reference) in world.reference.servers.enumerated() {
            guard let state = reference.certain, state.place?.rack == rack,
                state.windows.isEmpty, reference.taken[state.lives]?.isEmpty == false
            else { continue }
            expected += 1
            if isSilent(world.truth.servers[server]) { silent += 1 }
        }
        return silent >= 3 && 2 * silent >= expected
    }
}
