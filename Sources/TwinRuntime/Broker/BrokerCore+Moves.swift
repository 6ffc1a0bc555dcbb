package import TwinCore
package import TwinWire
internal import ZeroMQ

// What the broker does for shards that change owners: marks, holds, lets go, and takes a person's
// word.
extension BrokerCore where Port: ~Copyable {
    /// Sends the marker down the owner's pipe, behind all that was for it.
    mutating func mark(_ freeze: BrokerEffects.Freeze) throws {
        guard let routingID = machine.routingID(of: freeze.slot) else { return }
        let envelope = Envelope(kind: .event, type: .freeze, requestID: 0).packed
        // Who does not get it asks again.
        _ = try port.send(
            Message([routingID, envelope, Payload.pack(freeze.order)]), to: .service)
    }

    /// Tells an owner to serve on; who does not get it does so by itself after a while.
    mutating func tell(_ thaw: BrokerEffects.Thaw) throws {
        guard let routingID = machine.routingID(of: thaw.slot) else { return }
        let envelope = Envelope(kind: .event, type: .thaw, requestID: 0).packed
        _ = try port.send(
            Message([routingID, envelope, Payload.pack(thaw.order)]), to: .service)
    }

    /// Sends an instance what it knows, and loses it if it is gone.
    mutating func probe(_ slot: Int) throws {
        guard let routingID = machine.routingID(of: slot) else { return }
        guard try !isReachable(routingID) else { return }
        machine.sendFailed(to: slot, now: turnedAt, wall: wall)
        try carryOutEffects()
    }

    /// A ROUTER does not report that a peer is gone; sending to it does.
    mutating func isReachable(_ routingID: [UInt8]) throws -> Bool {
        let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
        let payload = Payload.pack(machine.record.placement)
        return try port.send(Message([routingID, envelope, payload]), to: .service)
            != .unreachable
    }

    /// Keeps a message for a shard's new owner; without room its sender is told to come again.
    mutating func hold(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope, for shard: ShardID,
        now: Int64
    ) throws {
        guard envelope.kind != .event else {
            counters.repeatingDropped += 1
            return
        }
        let entry = HeldMessages.Entry(
            message: message, mail: mail, envelope: envelope, since: now)
        guard !held[shard, default: HeldMessages()].append(entry) else { return }
        try refuse(
            Refusal(
                .overloaded, "\(shard) is changing owners and enough waits for it",
                hint: "send again in a second"), mail)
    }

    /// Routes what was held by the placement of now.
    mutating func letGo(_ shard: ShardID) throws {
        guard let held = held.removeValue(forKey: shard) else { return }
        for entry in held.entries {
            let waited = turnedAt - entry.since
            if let left = entry.envelope.remainingMilliseconds, Int64(left) <= waited {
                try refuse(
                    Refusal(.expired, "the request's time was over while \(shard) moved"),
                    entry.mail)
                continue
            }
            try pass(
                entry.message, entry.mail, entry.envelope, traffic: .request, now: turnedAt)
        }
    }

    /// What an instance says of a move that it takes part in.
    mutating func takeMoveReport(
        _ message: Message, _ mail: BrokerMail, now: Int64
    ) throws {
        do throws(Refusal) {
            let report = try Payload.unpack(
                MoveReport.self, from: message.frame(mail.firstFrame + 2), of: .moveReport)
            guard let slot = machine.slot(of: mail.origin.routingID) else { return }
            machine.take(report, from: slot, now: now)
        } catch {
            counters.malformed += 1
            return
        }
        try carryOutEffects()
    }

    /// Messages that wait for shards now, by shard.
    package var heldCounts: [ShardID: Int] { held.mapValues(\.entries.count) }

    // MARK: a person's word

    /// Answers `MoveShard`, `Adopt`, `Drain` and `Rebalance`.
    mutating func command(_ message: Message, _ mail: BrokerMail, _ envelope: Envelope) throws {
        let payload = message.frame(mail.firstFrame + 2)
        let document: MovesDocument
        do throws(Refusal) {
            document = try carryOut(envelope.type, payload, from: mail.origin.side)
        } catch {
            try refuse(error, mail)
            return
        }
        try carryOutEffects()
        try answer(mail, envelope.reply(envelope.type), Payload.pack(document))
    }

    /// Takes a person's word; the effects are still to be carried out.
    package mutating func carryOut(
        _ type: MessageType, _ payload: Span<UInt8>, from side: RouteFrame.Side = .client
    ) throws(Refusal) -> MovesDocument {
        switch type {
        case .moveShard:
            let body = try Payload.unpack(MoveShardRequest.self, from: payload, of: type)
            let shard = try body.id
            let from = machine.record.placement[shard]?.instance.text ?? ""
            let isNew = try machine.move(shard, to: body.to, now: turnedAt)
            return MovesDocument(
                changed: isNew, moves: [.init(shard: "\(shard)", from: from, to: body.to.text)])
        case .adopt:
            let body = try Payload.unpack(AdoptRequest.self, from: payload, of: type)
            let shard = try body.id
            let from = machine.record.placement[shard]?.instance.text ?? ""
            let isNew = try machine.adopt(
                shard, by: body.to, mayBeginEmpty: body.mayBeginEmpty ?? false)
            return MovesDocument(
                changed: isNew, moves: [.init(shard: "\(shard)", from: from, to: body.to.text)])
        case .drain:
            let body = try Payload.unpack(DrainRequest.self, from: payload, of: type)
            let isNew = !machine.record.isDraining(body.instance)
            let plan = try machine.drain(body.instance, byItself: side == .service)
            return MovesDocument(
                changed: isNew,
                moves: plan.steps.filter { $0.from == body.instance }.map(
                    MovesDocument.Move.init))
        default:
            let body = try Payload.unpack(RebalanceRequest.self, from: payload, of: type)
            let plan = machine.plan(for: body.tier)
            if !body.dryRun, !plan.steps.isEmpty { machine.rebalance(body.tier) }
            return MovesDocument(
                changed: !body.dryRun && !plan.steps.isEmpty,
                moves: plan.steps.map(MovesDocument.Move.init))
        }
    }
}

extension MovesDocument.Move {
    fileprivate init(_ step: BalancePlan.Step) {
        self.init(shard: "\(step.shard)", from: step.from.text, to: step.to.text)
    }
}
