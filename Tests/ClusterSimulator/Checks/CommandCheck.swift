import TwinCore
import TwinRuntime
import TwinWire

/// Every command that got ok is reflected in its owner's state, and no other.
final class CommandCheck: Checker {
    let name = "commands"

    func finish(in world: World) {
        for (server, reference) in world.reference.servers.enumerated() {
            let key = Workload.serverKey(server)
            let twin = world.serverTwin(key)
            let isExplained = reference.possible.contains { explains($0, twin) }
            guard !isExplained else { continue }
            let commission = twin?.commission
            world.fail(
                name,
                "server/\(key) stands in rack "
                    + "\(commission?.rack.description ?? "none") with "
                    + "\(commission?.labels.map { "\($0.name)=\($0.value)" } ?? []) and windows "
                    + "\(twin?.book.maintenance.map(\.id) ?? []); possible was only "
                    + "\(reference.possible)")
        }
    }

    private func explains(_ state: ReferenceServer.State, _ twin: ServerTwin?) -> Bool {
        guard let place = state.place else { return twin?.commission == nil }
        guard let twin, let commission = twin.commission else { return false }
        let labels = Dictionary(labels: commission.labels)
        return commission.rack.description == Workload.rackKey(place.rack)
            && commission.dc.description == Workload.datacenterKey && labels == place.labels
            && Set(twin.book.maintenance.map(\.id)) == state.windows
    }
}
