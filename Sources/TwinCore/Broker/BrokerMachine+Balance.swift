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
        let takers = takers(in: tier)
        let shaky = shaky(of: takers, now: balancedAt)
        return BalancePlan(
            of: record.placement, in: tier, givers: present(in: tier), takers: takers,
            full: shaky == takers ? [] : shaky, onlyEmptying: true)
    }

    /// The moves that would balance a tier now, with everybody who is here.
    package func plan(for tier: Tier) -> BalancePlan {
        BalancePlan(
            of: record.placement, in: tier, givers: present(in: tier), takers: takers(in: tier))
    }

    /// Balances a tier by and by; ends when it is balanced. A person's word: whoever is here gets
    /// its share, also one that has just started or starts over and over.
    package mutating func rebalance(_ tier: Tier) { rebalance(tier, byHand: true) }

    private mutating func rebalance(_ tier: Tier, byHand: Bool) {
        guard record.balance(tier, byHand: byHand) else { return }
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
            if hasJoiner(in: tier, now: now) { rebalance(tier, byHand: false) }
            if record.isBalancing(tier) { tendBalance(of: tier, now: now) }
            if record.drains, present(in: tier).contains(where: record.isDraining) {
                start(emptying(tier).steps, now: now)
            }
        }
    }

    private mutating func tendBalance(of tier: Tier, now: Int64) {
        let takers = takers(in: tier)
        let isByHand = record.isBalancingByHand(tier)
        let plan = BalancePlan(
            of: record.placement, in: tier, givers: present(in: tier), takers: takers,
            full: isByHand ? [] : shaky(of: takers, now: now))
        let isTierMoving = record.placement.moves.contains { $0.tier == tier }
        if plan.steps.isEmpty, !isTierMoving {
            record.endBalance(of: tier)
            effects.mustStore = true
            note(.info, "a tier is balanced", ["tier": tier.name])
        }
        // What is for a young one waits in the plan until it is old enough.
        start(plan.steps.filter { isByHand || isSteady($0.to, now: now) }, now: now)
    }

    private mutating func start(_ steps: [BalancePlan.Step], now: Int64) {
        for step in steps where record.placement.move(of: step.shard) == nil {
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

    /// Those of some takers who might not keep what they get: they start over and over, or are not
    /// well now. Only a person's `rebalance` gives them shards, and a drain that has nobody else.
    private func shaky(of takers: [InstanceName], now: Int64) -> [InstanceName] {
        takers.filter { name in
            guard let slot = slotByName[name], let connection = instances[slot].connection else {
                return true
            }
            return !connection.hasBeaten || connection.isSuspect(now: now)
                || starts(of: slot, now: now) > BrokerMachine.startsMax
        }
    }

    /// Whether an instance has beaten for 30 s on end.
    private func isSteady(_ name: InstanceName, now: Int64) -> Bool {
        guard let connection = slotByName[name].flatMap({ instances[$0].connection }) else {
            return false
        }
        return now - connection.steadySince >= BrokerMachine.joinAfter.rawValue
    }

    /// Starts of an instance that count against it now, as this broker saw them.
    private func starts(of slot: Int, now: Int64) -> Int {
        instances[slot].starts.count { now - $0 < BrokerMachine.startsWithin.rawValue }
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
        let starts = starts(of: slot, now: now)
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
