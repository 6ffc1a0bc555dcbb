extension BrokerMachine {
    /// Decides what becomes of one message. Cost: two array look-ups; for `TIER@INSTANCE` one
    /// dictionary look-up.
    ///
    /// - Parameter byteCount: bytes of all frames as the instance will receive them; it counts
    ///   the same bytes for its credit.
    package mutating func route(
        _ target: BrokerTarget, byteCount: Int, traffic: BrokerTraffic, now: Int64
    ) -> BrokerDecision {
        let slot: Int
        switch target {
        case .broker: return .answerHere
        case .shard(let shard):
            slot = ownerSlots[Int(shard.tier.rawValue)][Int(shard.index)]
            guard slot >= 0 else { return .refuse(unowned(shard)) }
            if !holds.isEmpty, holds[shard] != nil { return .hold(shard) }
            if !record.placement.moves.isEmpty, let move = record.placement.move(of: shard),
                move.releasedDigest != nil
            {
                return .refuse(moving(move, now: now))
            }
        case .instance(let tier, let name):
            guard let found = slotByName[name], instances[found].tier == tier else {
                return .refuse(unknown(tier, name))
            }
            slot = found
        }
        guard let connection = instances[slot].connection else {
            return .refuse(absent(slot, target, now: now))
        }
        guard connection.takes(byteCount, traffic: traffic) else {
            didNotFit(slot)
            return traffic == .repeating ? .drop : .refuse(overloaded(slot))
        }
        return .forward(slot: slot)
    }

    /// The message went out: it counts against the instance's credit.
    package mutating func didForward(_ byteCount: Int, to slot: Int) {
        instances[slot].withConnection { $0.forwarded += UInt64(byteCount) }
    }

    /// The message did not go out for lack of room: the instance will hear how many.
    package mutating func didNotFit(_ slot: Int) {
        instances[slot].withConnection { $0.dropped += 1 }
    }

    /// Why the instance cannot take a message now; also for a full queue.
    package func overloaded(_ slot: Int) -> Refusal {
        Refusal(
            .overloaded, "\(instances[slot].name) has more in flight than it takes",
            hint: "send more slowly, or again in a second")
    }

    /// Why the instance of a slot cannot be reached: who it is and since when it is gone.
    package func absent(_ slot: Int, _ target: BrokerTarget, now: Int64) -> Refusal {
        let instance = instances[slot]
        let place =
            switch target {
            case .shard(let shard): "\(shard) belongs to \(instance.name), which"
            case .instance, .broker: "\(instance.name)"
            }
        return Refusal(
            .unavailable, "\(place) \(absence(of: instance, now: now))",
            hint: "start \(instance.tier.name)-twin-svc with the state directory of "
                + "\(instance.name); twinctl status shows all processes")
    }

    /// Since when an instance cannot be reached, as the end of a sentence.
    func absence(of instance: BrokerInstance, now: Int64) -> String {
        switch instance.presence {
        case .present: "is unreachable"
        case .lost(let time, _, _): "is gone for \(BrokerMachine.span(now - time))"
        case .awaited:
            "has not registered since this broker started "
                + "\(BrokerMachine.span(now - startedAt)) ago"
        }
    }

    func unowned(_ shard: ShardID) -> Refusal {
        let hint =
            switch bootstrap {
            case .waiting(let plan, _): missingInstances(plan).joined(separator: "; ")
            case .none, .cancelled:
                "start the instance that holds it; a new cluster needs twin-broker --bootstrap"
            }
        return Refusal(.unavailable, "\(shard) has no owner", hint: hint)
    }

    private func unknown(_ tier: Tier, _ name: InstanceName) -> Refusal {
        Refusal(
            .unknownAddress, "no \(tier.name) instance \(name) has ever registered",
            address: "\(tier.name)@\(name)", hint: "twinctl status lists the instances")
    }
}
