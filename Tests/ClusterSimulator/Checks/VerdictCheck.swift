import TwinCore
import TwinWire

/// What racks and the data center count is what their servers are, each server once, and the answer
/// to `GetUnhealthyRacks` names the racks that call themselves so and no others.
final class VerdictCheck: Checker {
    let name = "verdicts"

    func finish(in world: World) {
        var servers = 0
        for rack in 0..<Workload.racks {
            let members = world.reference.servers.indices.filter { server in
                twin(server, in: world)?.commission?.rack.description == Workload.rackKey(rack)
            }
            servers += members.count
            compareCounts(rack, members, in: world)
        }
        compareAnswer(servers: servers, in: world)
    }

    private func twin(_ server: Int, in world: World) -> ServerTwin? {
        world.serverTwin(Workload.serverKey(server))
    }

    /// The rack's numbers by counting its servers one by one.
    private func compareCounts(_ rack: Int, _ members: [Int], in world: World) {
        let key = Workload.rackKey(rack)
        let twins = members.compactMap { twin($0, in: world) }
        // A status on its way makes them differ for a moment.
        guard let found = world.rackTwin(key)?.status, twins.allSatisfy(\.owedParents.isEmpty)
        else { return }
        let resting = twins.filter { $0.book.activeMaintenance?.address == $0.book.address }
        let missing = twins.filter { twin in
            (twin.statusWord == "missing" || twin.statusWord == "gone")
                && !resting.contains { $0.key == twin.key }
        }
        let feeds = found.labels.filter { $0.name == "feed" }.reduce(0) { $0 + $1.servers }
        let counted = [
            found.counts.servers, found.counts.maintenance, found.counts.missing, feeds,
        ]
        let wanted = [twins.count, resting.count, missing.count, twins.count]
        guard counted != wanted else { return }
        world.fail(
            name,
            "rack/\(key) counts servers, maintenance, missing and feeds as \(counted), its "
                + "servers are \(wanted)")
    }

    private func compareAnswer(servers: Int, in world: World) {
        // A rack that is not heard at this moment is unknown, whatever it says itself.
        guard let answer = world.unhealthyRacksAnswer(),
            let twin = world.datacenterTwin(Workload.datacenterKey), twin.unansweredShards == nil,
            twin.racks.allSatisfy(\.isHeard)
        else { return }
        var unhealthy: [String] = []
        var unknown: [String] = []
        for rack in 0..<Workload.racks {
            let key = Workload.rackKey(rack)
            guard let twin = world.rackTwin(key) else { continue }
            guard twin.owedParents.isEmpty else { return }
            guard twin.status?.isInMaintenance == false else { continue }
            switch twin.verdict {
            case .unhealthy: unhealthy.append(key)
            case .unknown: unknown.append(key)
            case .healthy: break
            }
        }
        let told = answer.racks.map(\.key).sorted()
        let untold = answer.unknownRacks.map(\.key).sorted()
        if told != unhealthy.sorted() || untold != unknown.sorted() {
            world.fail(
                name,
                "unhealthy-racks names \(told) and as unknown \(untold), the racks themselves "
                    + "say \(unhealthy) and \(unknown)")
        }
        guard answer.counts.servers != servers else { return }
        world.fail(
            name, "the data center counts \(answer.counts.servers) servers, \(servers) are there")
    }
}
