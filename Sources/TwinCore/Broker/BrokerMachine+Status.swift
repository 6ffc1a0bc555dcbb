extension BrokerMachine {
    /// Everything `status` and the placement document say of processes. Cost: all instances and
    /// all shards once.
    package func status(now: Int64) -> BrokerStatus {
        var status = BrokerStatus()
        for (code, count) in zip(Refusal.Code.allCases, refusals) where count > 0 {
            status.refused[code] = count
        }
        let slots = instances.indices.sorted {
            (instances[$0].tier.rawValue, instances[$0].name)
                < (instances[$1].tier.rawValue, instances[$1].name)
        }
        let shards = shardCounts
        for slot in slots {
            let process = process(slot, shards: shards[slot], now: now)
            if let load = process.load { add(load, to: &status) }
            status.processes.append(process)
        }
        status.moves = record.placement.moves.map { move in
            BrokerStatus.Move(
                shard: move.shard, from: move.from, to: move.to, phase: phase(of: move))
        }
        status.warnings = bootstrapWarnings + slots.flatMap { warnings(of: $0, shards[$0], now) }
        return status
    }

    /// Milliseconds since this broker started.
    package func upMilliseconds(now: Int64) -> Int64 { now - startedAt }

    /// What present instances may be sent and were sent, for whoever watches the bound.
    package var flows: [InstanceFlow] {
        instances.compactMap { instance in
            instance.connection.map {
                InstanceFlow(
                    instance: instance.name, routingID: $0.routingID, window: $0.window,
                    credit: $0.credit, forwarded: $0.forwarded)
            }
        }
    }

    /// When this broker started.
    package var startedAtTime: Timestamp { startedAtWall }

    private var shardCounts: [Int] {
        var counts = [Int](repeating: 0, count: instances.count)
        for tier in ownerSlots {
            for slot in tier where slot >= 0 { counts[slot] += 1 }
        }
        return counts
    }

    private func phase(of move: ShardMove) -> BrokerStatus.Move.Phase {
        if move.releasedDigest != nil { return .released }
        return holds[move.shard] == nil ? .copying : .held
    }

    private func process(_ slot: Int, shards: Int, now: Int64) -> BrokerStatus.Process {
        let instance = instances[slot]
        var process = BrokerStatus.Process(
            name: instance.name, tier: instance.tier, state: .lost, since: startedAtWall,
            softwareVersion: instance.softwareVersion, shards: shards,
            isDraining: record.isDraining(instance.name), load: nil)
        switch instance.presence {
        case .awaited: break
        case .lost(_, let wall, _): process.since = wall
        case .present(let connection):
            process.state = connection.state(now: now)
            process.since =
                process.state == .suspect ? connection.heardAtWall : connection.registeredAt
            process.load = connection.hasBeaten ? connection.load : nil
        }
        return process
    }

    private func add(_ load: InstanceLoad, to status: inout BrokerStatus) {
        status.quarantined += min(max(0, load.quarantined), Limits.quarantineMax)
        for code in Refusal.Code.allCases {
            guard let count = load.refused[code.rawValue], count > 0 else { continue }
            status.refused[code, default: 0] &+= count
        }
    }

    private var bootstrapWarnings: [String] {
        switch bootstrap {
        case .waiting(let plan, _): return missingInstances(plan)
        case .cancelled(let reason):
            return ["bootstrap was cancelled, there is a cluster already: \(reason)"]
        case .none:
            guard record.placement.isEmpty else { return [] }
            return [
                "no shard has an owner: start the instances that hold them, or twin-broker with "
                    + "--bootstrap and --instances for a new cluster"
            ]
        }
    }

    private func warnings(of slot: Int, _ shards: Int, _ now: Int64) -> [String] {
        let instance = instances[slot]
        guard let connection = instance.connection else {
            guard shards > 0 else { return [] }
            let target = BrokerTarget.instance(instance.tier, instance.name)
            return ["\(absent(slot, target, now: now).message): \(shards) shards are not served"]
        }
        var warnings: [String] = []
        if shards == 0, !isWaiting, let sentence = waitingForShards(slot, connection, now) {
            warnings.append(sentence)
        }
        if connection.load.oldestTurnMilliseconds > Limits.commitLateAfter.rawValue {
            warnings.append("\(instance.name) is slow to commit: look at its disk")
        }
        return warnings
            + connection.load.warnings.prefix(BrokerMachine.warningsPerInstanceMax).map {
                "\(instance.name): \($0)"
            }
    }

    /// What becomes of an instance that owns nothing; nil when it is drained, or its shards are on
    /// their way.
    private func waitingForShards(
        _ slot: Int, _ connection: BrokerInstance.Connection, _ now: Int64
    ) -> String? {
        let (name, tier) = (instances[slot].name, instances[slot].tier)
        guard !record.isDraining(name), !connection.isStopping,
            !record.isBalancingByHand(tier),
            !record.placement.moves.contains(where: { $0.to == name })
        else { return nil }
        let byHand = "twinctl rebalance \(tier.name)"
        let state = joining(slot, now: now)
        if record.isBalancing(tier) {
            // It gets its share in this balance, unless it starts over and over.
            guard case .unsteady = state else { return nil }
        }
        switch state {
        case .none: return nil
        case .byHand: return "\(name) owns no shards, and rebalance is manual: \(byHand)"
        case .nothingToGive: return "\(name) owns no shards: nobody here has one to give"
        case .unsteady(let starts):
            return "\(name) owns no shards and gets none by itself, because it has started "
                + "\(starts) times in 10 min: \(byHand)"
        case .soon(let milliseconds):
            let seconds = (milliseconds + 999) / 1_000
            return "\(name) owns no shards yet and gets its share in \(max(1, seconds)) s"
        }
    }

    private static let warningsPerInstanceMax = 8
}
