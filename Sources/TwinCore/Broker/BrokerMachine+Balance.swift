/// Who wants another placement, and which moves bring it about: joins, drains, and a person's word.
///
/// Never on an absence: an instance that is merely down keeps its shards, because its state is on
/// its disk.
extension BrokerMachine {
    /// Empties an instance before it is taken away; asked again it changes nothing.
    /// - Parameter byItself: the instance asks, because it stops: forgotten when it starts again.
    /// - Returns: the moves that are left to do.
    @discardableResult
    package mutating func drain(
        _ name: InstanceName, byItself: Bool = false
    ) throws(Refusal) -> BalancePlan {
        guard let slot = slotByName[name] else {
            throw Refusal(
                .unknownAddress, "no instance \(name) has ever registered", address: name.text,
                hint: "twinctl status lists the instances")
        }
        let tier = instances[slot].tier
        guard instances[slot].connection != nil else {
            throw Refusal(
                .unavailable, "\(name) is gone: only the owner can give its shards away",
                address: "\(tier.name)@\(name)",
                hint: "start it again with its state directory, or leave it: what is away keeps "
                    + "its shards")
        }
        if byItself { instances[slot].withConnection { $0.isLeaving = true } }
        guard !record.isDraining(name) else {
            // Of one that stops all others may have stopped meanwhile: it need not wait for them.
            if byItself, isLast(slot) { throw lastOfItsTier(slot) }
            if record.drain(name, byItself: byItself) { effects.mustStore = true }
            return emptying(tier)
        }
        guard takers(in: tier).contains(where: { $0 != name }) else { throw lastOfItsTier(slot) }
        record.drain(name, byItself: byItself)
        effects.mustStore = true
        note(.info, "an instance is to be drained", ["instance": name.text])
        return emptying(tier)
    }

    /// Nobody else of the tier takes shards, or comes back soon and might then.
    private func isLast(_ slot: Int) -> Bool {
        instances.indices.allSatisfy { other in
            guard other != slot, instances[other].tier == instances[slot].tier else { return true }
            if record.isDraining(instances[other].name) { return true }
            return switch instances[other].presence {
            case .awaited: false
            case .present(let connection): connection.isEnding
            case .lost: instances[other].hasStopped
            }
        }
    }

    private func lastOfItsTier(_ slot: Int) -> Refusal {
        let (name, tier) = (instances[slot].name, instances[slot].tier.name)
        return Refusal(
            .conflict,
            "\(name) is the last \(tier) instance that is here: nobody could take its shards",
            address: "\(tier)@\(name)", hint: "start another \(tier)-twin-svc first")
    }

    private func emptying(_ tier: Tier) -> BalancePlan {
        BalancePlan(
            of: record.placement, in: tier, givers: present(in: tier), takers: takers(in: tier),
            onlyEmptying: true)
    }

    /// The moves that would balance a tier now.
    package func plan(for tier: Tier) -> BalancePlan {
        BalancePlan(
            of: record.placement, in: tier, givers: present(in: tier), takers: takers(in: tier))
    }

    /// Balances a tier by and by; ends when it is balanced.
    package mutating func rebalance(_ tier: Tier) {
        guard !record.isBalancing(tier) else { return }
        record.balance(tier)
        effects.mustStore = true
        note(.info, "a tier is to be balanced", ["tier": tier.name])
    }

    /// Starts the moves that are wanted and fit in.
    mutating func tendBalance(now: Int64) {
        guard !isWaiting, now - balancedAt >= BrokerMachine.balanceEvery.rawValue else { return }
        balancedAt = now
        failedMoves = failedMoves.filter {
            now - $0.value < BrokerMachine.afterFailure.rawValue
        }
        for tier in Tier.allCases {
            if hasJoiner(in: tier, now: now) { rebalance(tier) }
            let isBalancing = record.isBalancing(tier)
            let emptied = present(in: tier).filter(record.isDraining)
            guard isBalancing || !emptied.isEmpty else { continue }
            let plan = BalancePlan(
                of: record.placement, in: tier, givers: present(in: tier),
                takers: takers(in: tier), onlyEmptying: !isBalancing)
            let isTierMoving = record.placement.moves.contains { $0.tier == tier }
            if isBalancing, plan.steps.isEmpty, !isTierMoving {
                record.endBalance(of: tier)
                effects.mustStore = true
                note(.info, "a tier is balanced", ["tier": tier.name])
            }
            start(plan, now: now)
        }
    }

    private mutating func start(_ plan: BalancePlan, now: Int64) {
        for step in plan.steps where record.placement.move(of: step.shard) == nil {
            guard record.placement.moves.count < Limits.movesInFlightMax else { return }
            guard failedMoves[step.shard] == nil else { continue }
            do throws(Refusal) {
                try move(step.shard, to: step.to, now: now)
            } catch {
                failedMoves[step.shard] = now
                note(.warning, "a move cannot begin", ["why": error.message])
            }
        }
    }

    private func present(in tier: Tier) -> [InstanceName] {
        instances.filter { $0.tier == tier && $0.connection != nil }.map(\.name).sorted()
    }

    /// Instances here now that may serve shards.
    func takers(in tier: Tier) -> [InstanceName] {
        instances.filter {
            $0.tier == tier && $0.connection?.isEnding == false && !record.isDraining($0.name)
        }.map(\.name).sorted()
    }

    /// How it stands with the shards of an instance that owns none.
    enum JoinState: Equatable {
        /// It is no joiner: it has shards or gets them, is drained, away, or not well.
        case none
        /// Nobody gives it any until a person asks.
        case byHand
        /// No instance that is here has more than its share.
        case nothingToGive
        /// It has started so often that it would not keep them.
        case unsteady(starts: Int)
        /// It gets its share after so many milliseconds; 0 = now.
        case soon(milliseconds: Int64)
    }

    /// An instance without shards gets its share once it has beaten for 30 s on end and does not
    /// restart over and over.
    func joining(_ slot: Int, now: Int64) -> JoinState {
        let instance = instances[slot]
        guard let connection = instance.connection, connection.hasBeaten, !connection.isStopping,
            !connection.isSuspect(now: now), !record.isDraining(instance.name),
            !ownerSlots[Int(instance.tier.rawValue)].contains(slot),
            !record.placement.moves.contains(where: { $0.to == instance.name })
        else { return .none }
        guard rebalancesByItself else { return .byHand }
        guard plan(for: instance.tier).steps.contains(where: { $0.to == instance.name }) else {
            return .nothingToGive
        }
        let starts = instance.starts.count { now - $0 < BrokerMachine.startsWithin.rawValue }
        guard starts <= BrokerMachine.startsMax else { return .unsteady(starts: starts) }
        let steady = now - connection.steadySince
        return .soon(milliseconds: max(0, BrokerMachine.joinAfter.rawValue - steady))
    }

    private func hasJoiner(in tier: Tier, now: Int64) -> Bool {
        instances.indices.contains {
            instances[$0].tier == tier && joining($0, now: now) == .soon(milliseconds: 0)
        }
    }

    /// Short: the shards of an instance that stops move one after the other, a few at a time.
    private static let balanceEvery = Milliseconds(rawValue: 100)
    /// A shard whose move was given up rests so long.
    private static let afterFailure = Milliseconds.seconds(30)
    /// So long a new instance must have beaten without a break before it gets shards.
    package static let joinAfter = Milliseconds.seconds(30)
    /// More starts than one and these restarts within this time, and it gets none by itself.
    private static let startsMax = 3
    private static let startsWithin = Milliseconds.minutes(10)
}
