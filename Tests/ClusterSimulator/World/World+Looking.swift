import Msgpack
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// How checkers look into the cluster: at the twins of whoever owns them, without asking.
extension World {
    /// The instance that serves a server, by the broker's placement.
    func owner(ofServer server: Int) -> String? {
        guard let placement = broker.placement else { return nil }
        do {
            let key = try TwinKey(Workload.serverKey(server))
            let shard = placement.shard(of: TwinAddress(tier: .server, key: key))
            return placement[shard]?.instance.text
        } catch {
            fail("world", "\(error)")
            return nil
        }
    }

    /// How the owner of a server watches it, in words.
    func watching(_ server: Int) -> String {
        do {
            let key = try TwinKey(Workload.serverKey(server))
            let index = Int(key.shardIndex(shardCount: World.shardsPerTier))
            for instance in servers {
                guard let core = instance.cycle?.core, index < core.shards.count,
                    let shard = core.shards[index]
                else { continue }
                let elapsed = shard.elapsed(at: core.time).milliseconds
                let next = shard.nextTimer.map { "\($0.milliseconds)" } ?? "never"
                return "\(instance.name) is at \(elapsed) ms, "
                    + (shard.conditions.isObserving ? "observes" : "is blind")
                    + " since its floor \(shard.conditions.floor.milliseconds) ms, wakes at \(next)"
            }
        } catch {
            fail("world", "\(error)")
        }
        return "nobody serves it"
    }

    /// The time of the shard of a twin; nil while nobody serves it.
    func elapsed(of address: TwinAddress) -> Elapsed? {
        let index = UInt16(address.key.shardIndex(shardCount: World.shardsPerTier))
        for process in instances where process.tier == address.tier {
            if let sight = process.sights.first(where: { $0.shard == index }) {
                return sight.elapsed
            }
        }
        return nil
    }

    func serverTwin(_ key: String) -> ServerTwin? { twin(key, in: servers) }
    func rackTwin(_ key: String) -> RackTwin? { twin(key, in: racks) }
    func datacenterTwin(_ key: String) -> DatacenterTwin? { twin(key, in: datacenters) }

    private func twin<Service: TierService>(
        _ key: String, in instances: [SimulatedInstance<Service>]
    ) -> Service.Twin? {
        do {
            let key = try TwinKey(key)
            let shard = Int(key.shardIndex(shardCount: World.shardsPerTier))
            for instance in instances {
                if let twin = instance.twin(key, in: shard) { return twin }
            }
        } catch {
            fail("world", "\(error)")
        }
        return nil
    }

    func serverDebt(_ key: String) -> ChildDebt? { debt(key, in: servers) }
    func rackDebt(_ key: String) -> ChildDebt? { debt(key, in: racks) }

    private func debt<Service: TierService>(
        _ key: String, in instances: [SimulatedInstance<Service>]
    ) -> ChildDebt? where Service.Twin: ChildTwin {
        do {
            let key = try TwinKey(key)
            let shard = Int(key.shardIndex(shardCount: World.shardsPerTier))
            for instance in instances {
                if let debt = instance.withCore({ $0.debtInPlace(key, in: shard) }) ?? nil {
                    return debt
                }
            }
        } catch {
            fail("world", "\(error)")
        }
        return nil
    }

    /// The twins of servers that have an incident, each from the instance that serves it.
    func serverTwinsInTrouble() -> [ServerTwin] {
        var twins: [ServerTwin] = []
        var isSeen = Array(repeating: false, count: World.shardsPerTier)
        for instance in servers {
            for (index, slots) in instance.servedSlots where !isSeen[index] {
                isSeen[index] = true
                let slots = slots.span
                for slot in slots.indices where slots[slot].twin?.book.incidents.isEmpty == false {
                    if let twin = slots[slot].twin { twins.append(twin) }
                }
            }
        }
        return twins
    }

    /// A glance at the twin of every server, each from the instance that serves it.
    func serverGlances() -> [ServerGlance] {
        var glances: [ServerGlance] = []
        glances.reserveCapacity(plan.servers)
        var isSeen = Array(repeating: false, count: World.shardsPerTier)
        for instance in servers {
            glances += instance.withCore { $0.glancesInPlace(at: &isSeen) } ?? []
        }
        return glances
    }

    /// What `GetUnhealthyRacks` answers now; nil while nobody serves the data center.
    func unhealthyRacksAnswer() -> UnhealthyRacksDocument? {
        guard let twin = datacenterTwin(Workload.datacenterKey) else { return nil }
        let shard = Int(twin.key.shardIndex(shardCount: World.shardsPerTier))
        let owner = datacenters.first { instance in
            instance.positions.contains { Int($0.shard) == shard }
        }
        guard let context = owner?.cycle?.core.documentContext(of: shard) else { return nil }
        var answer = UnhealthyRacksDocument(twin, request: nil, in: context)
        if plan.mutation == .unhealthyRackHidden { answer.racks = Array(answer.racks.dropLast()) }
        return answer
    }

    /// The ids of all incidents that are open or recovering in some twin.
    func openIncidents() -> [String] {
        openIncidents(in: servers) + openIncidents(in: racks) + openIncidents(in: datacenters)
    }

    private func openIncidents<Service: TierService>(
        in instances: [SimulatedInstance<Service>]
    ) -> [String] {
        instances.flatMap { instance in
            (instance.cycle?.core.shards ?? []).flatMap { shard in
                (shard?.slots ?? []).flatMap { slot in
                    (slot.twin?.book.opened ?? []).map {
                        "\(slot.twin?.book.address.description ?? ""):\($0.number)"
                    }
                }
            }
        }
    }

    /// The alert logs of all instances, each from its oldest record.
    func alertLogs() -> [AlertCheck.Log] {
        logs(of: servers) + logs(of: racks) + logs(of: datacenters)
    }

    private func logs<Service: TierService>(
        of instances: [SimulatedInstance<Service>]
    ) -> [AlertCheck.Log] {
        instances.map { instance in
            guard let core = instance.cycle?.core else {
                return AlertCheck.Log(instance: instance.name, records: [])
            }
            var documents = core.ownedIndices.flatMap { index in
                instance.rows.alerts(
                    shard: UInt16(index), after: .start, limit: .max
                ).map(\.state)
            }
            let start = TwinWire.AlertCursor(tier: core.tier)
            let page = core.alerts.records(after: start, since: nil, limit: .max)
            documents += page.records.map(\.document)
            var seen: Set<String> = []
            var records: [AlertDocument] = []
            for document in documents {
                do {
                    let record = try MsgpackDecoder.decode(AlertDocument.self, from: document)
                    // Rows and memory overlap, and must then agree.
                    if seen.insert(record.id).inserted { records.append(record) }
                } catch {
                    fail("alerts", "\(instance.name): a record cannot be read: \(error)")
                }
            }
            return AlertCheck.Log(instance: instance.name, records: records)
        }
    }
}
