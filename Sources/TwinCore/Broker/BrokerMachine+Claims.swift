/// One shard whose owner changes because an instance says that it holds it.
struct ClaimedShard: Equatable, Sendable {
    let shard: ShardID
    let owner: Placement.Owner
}

extension BrokerMachine {
    /// Compares what an instance says it holds with the placement; throws what cannot be.
    ///
    /// Believed: a shard nobody has, one at a higher epoch than ours, and for a restored instance
    /// whatever no present instance holds, one epoch above ours. A lower epoch of somebody
    /// else's shard is stale: the placement in the grant tells. All else is refused.
    func judgeClaims(of registration: Registration) throws(Refusal) -> [ClaimedShard] {
        let count = record.placement.shardCounts[registration.tier]
        var changes: [ClaimedShard] = []
        var claimed = ShardSet()
        for claim in registration.owned {
            guard Int(claim.index) < count else {
                throw Refusal(
                    .conflict,
                    "\(registration.instance) claims "
                        + "\(registration.tier.name)#\(claim.index)",
                    wanted: "shards 0 to \(count - 1)",
                    hint: "the cluster was made with another --shards, or this is another cluster")
            }
            claimed.insert(claim.index)
            if let change = try judge(claim, of: registration) { changes.append(change) }
        }
        let released = ShardSet((registration.released ?? []).map(\.index))
        let missing = record.placement.shards(of: registration.instance, in: registration.tier)
            .filter {
                record.placement[$0]?.isBorn == true && !claimed.contains($0.index)
                    && !released.contains($0.index)
            }
        guard missing.isEmpty else { throw lostShards(missing, registration) }
        return changes
    }

    private func judge(
        _ claim: OwnedShard, of registration: Registration
    ) throws(Refusal) -> ClaimedShard? {
        let shard = ShardID(tier: registration.tier, index: claim.index)
        let name = registration.instance
        guard let current = record.placement[shard] else {
            let epoch = registration.isRestored ? claim.epoch.next : claim.epoch
            return ClaimedShard(
                shard: shard, owner: .init(instance: name, epoch: epoch, isBorn: true))
        }
        if registration.isRestored {
            guard current.instance == name || !isPresent(current.instance) else {
                throw twoOwners(shard, current, claim, name)
            }
            let epoch = max(claim.epoch, current.epoch).next
            return ClaimedShard(
                shard: shard, owner: .init(instance: name, epoch: epoch, isBorn: true))
        }
        if claim.epoch > current.epoch || (current.instance == name && !current.isBorn) {
            guard claim.epoch >= current.epoch else {
                throw olderState(shard, current, claim, name)
            }
            return ClaimedShard(
                shard: shard, owner: .init(instance: name, epoch: claim.epoch, isBorn: true))
        }
        guard current.instance == name else {
            guard claim.epoch < current.epoch else {
                throw twoOwners(shard, current, claim, name)
            }
            return nil
        }
        guard claim.epoch == current.epoch else {
            throw olderState(shard, current, claim, name)
        }
        return nil
    }

    private func isPresent(_ name: InstanceName) -> Bool {
        slotByName[name].flatMap { instances[$0].connection } != nil
    }

    private func lostShards(_ missing: [ShardID], _ registration: Registration) -> Refusal {
        let first = missing.first.map(\.description) ?? "none"
        return Refusal(
            .conflict,
            "\(registration.instance) owns \(missing.count) shards that its state "
                + "directory does not hold, the first is \(first)",
            hint: "this is a wrong or an emptied --state-dir: start it from the one it used "
                + "last, or restore a backup")
    }

    private func twoOwners(
        _ shard: ShardID, _ current: Placement.Owner, _ claim: OwnedShard, _ name: InstanceName
    ) -> Refusal {
        Refusal(
            .conflict,
            "\(name) claims \(shard) at epoch \(claim.epoch), which "
                + "\(current.instance) owns at epoch \(current.epoch)",
            hint: "one of the two state directories is a copy: stop that instance and remove it")
    }

    private func olderState(
        _ shard: ShardID, _ current: Placement.Owner, _ claim: OwnedShard, _ name: InstanceName
    ) -> Refusal {
        Refusal(
            .conflict, "\(name) holds \(shard) in an older state than it once had",
            found: "epoch \(claim.epoch)", wanted: "epoch \(current.epoch)",
            hint: "an old copy of a state directory goes in by restore, not by copying")
    }

    /// Makes judged claims the placement.
    mutating func apply(_ claims: [ClaimedShard], of name: InstanceName) {
        guard !claims.isEmpty else { return }
        for claim in claims {
            let move = record.placement.move(of: claim.shard)
            let isMove = move?.to == name && move?.releasedDigest != nil
            if !isMove, let before = record.placement[claim.shard], before.instance != name {
                note(
                    .warning, "a shard has another owner: it was claimed at a higher epoch",
                    [
                        "shard": claim.shard.description, "before": before.instance.text,
                        "now": name.text, "epoch": claim.owner.epoch.description,
                    ])
            }
            record.placement[claim.shard] = claim.owner
            if let move = record.placement.move(of: claim.shard), move.epoch <= claim.owner.epoch {
                record.placement.endMove(of: claim.shard)
            }
            unhold(claim.shard)
        }
        placementChanged()
    }

    /// Takes what a registering instance says it has given away: after a restart of either side,
    /// and when the broker's file is lost.
    mutating func takeReleases(of registration: Registration) {
        for released in registration.released ?? [] {
            let shard = ShardID(tier: registration.tier, index: released.index)
            guard Int(released.index) < record.placement.shardCounts[registration.tier] else {
                continue
            }
            if record.placement[shard] == nil {
                record.placement[shard] = .init(
                    instance: registration.instance,
                    epoch: Epoch(rawValue: released.epoch.rawValue - 1), isBorn: true)
                placementChanged()
            }
            guard let owner = record.placement[shard] else { continue }
            self.released(released, by: registration.instance, shard, owner)
        }
    }

    // MARK: bootstrap

    /// Deals all shards once every awaited instance is present.
    mutating func dealIfComplete() {
        guard case .waiting(let plan, _) = bootstrap else { return }
        let present = Tier.allCases.map { tier in
            instances.filter { $0.tier == tier && $0.connection != nil }
                .prefix(plan[tier]).map(\.name).sorted()
        }
        let isComplete = Tier.allCases.allSatisfy {
            present[Int($0.rawValue)].count == plan[$0]
        }
        guard isComplete else { return }
        for tier in Tier.allCases where plan[tier] > 0 {
            let names = present[Int(tier.rawValue)]
            let count = record.placement.shardCounts[tier]
            for index in 0..<count {
                let share = BootstrapPlan.share(of: index, among: names.count, shardCount: count)
                record.placement[ShardID(tier: tier, index: UInt16(index))] = Placement.Owner(
                    instance: names[share], epoch: .first, isBorn: false)
            }
        }
        bootstrap = .none
        placementChanged()
        note(.info, "cluster born: all shards are dealt", ["cluster": record.clusterID ?? ""])
    }

    /// Says every 10 s for whom the bootstrap waits.
    mutating func sayWhoIsMissing(now: Int64) {
        guard case .waiting(let plan, let lastSaid) = bootstrap,
            now - (lastSaid ?? .min / 2) >= BrokerMachine.sayMissingEvery.rawValue
        else { return }
        bootstrap = .waiting(plan, lastSaid: now)
        for sentence in missingInstances(plan) { note(.warning, sentence) }
    }

    /// One sentence for each tier that is not complete: who is missing and what to start.
    func missingInstances(_ plan: BootstrapPlan) -> [String] {
        Tier.allCases.compactMap { tier in
            let present = instances.filter { $0.tier == tier && $0.connection != nil }.count
            guard present < plan[tier] else { return nil }
            return "bootstrap waits for \(plan[tier] - present) of \(plan[tier]) \(tier.name) "
                + "instances: start \(tier.name)-twin-svc --broker ENDPOINT --state-dir DIR"
        }
    }
}
