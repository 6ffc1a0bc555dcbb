/// How shards get another owner: the intent, the hold, the release, the new owner.
///
/// The broker never takes a shard away. It stores the intent, lets the owner copy, holds the
/// shard's messages once the owner is ready, and believes the owner's release; everything is told
/// as placement, so a message that is lost or a process that restarts changes nothing but the time
/// it takes. Only a release makes a move final: before it the owner alone may give the move up,
/// because nobody else knows whether it has released; after it only the new owner, or a person by
/// `adopt`, can end it.
extension BrokerMachine {
    /// Intends a move.
    /// - Returns: false when the shard is there already, or on its way there.
    @discardableResult
    package mutating func move(
        _ shard: ShardID, to name: InstanceName, now: Int64
    ) throws(Refusal) -> Bool {
        let owner = try movableOwner(of: shard)
        try checkTarget(name, for: shard)
        if let move = record.placement.move(of: shard) {
            guard move.to != name else { return false }
            throw Refusal(
                .conflict, "\(shard) is on its way from \(move.from) to \(move.to)",
                address: "\(shard)", hint: "twinctl status shows the moves; try again after it")
        }
        guard owner.instance != name else { return false }
        guard record.placement.moves.count < Limits.movesInFlightMax else {
            throw Refusal(
                .overloaded, "\(record.placement.moves.count) shards are on their way already",
                found: "\(record.placement.moves.count)",
                wanted: "at most \(Limits.movesInFlightMax)", hint: "try again in a second")
        }
        record.placement.set(
            ShardMove(
                shard: shard, from: owner.instance, to: name, epoch: owner.epoch.next,
                number: record.placement.version + 1))
        movesChanged()
        note(
            .info, "a shard is to move",
            ["shard": "\(shard)", "from": owner.instance.text, "to": name.text])
        return true
    }

    private func movableOwner(of shard: ShardID) throws(Refusal) -> Placement.Owner {
        let count = record.placement.shardCounts[shard.tier]
        guard Int(shard.index) < count else {
            throw Refusal(
                .invalid, "the \(shard.tier.name) tier has shards 0 to \(count - 1)",
                found: "\(shard)",
                wanted: "\(shard.tier.name)#0 to \(shard.tier.name)#\(count - 1)")
        }
        guard let owner = record.placement[shard] else { throw unowned(shard) }
        guard isHere(owner.instance) else {
            throw Refusal(
                .unavailable,
                "\(shard) belongs to \(owner.instance), which is gone: only the owner can give "
                    + "its shard away", address: "\(shard)",
                hint: "start \(owner.instance) again; if its disk is lost: twinctl adopt")
        }
        guard owner.isBorn else {
            throw Refusal(
                .unavailable,
                "\(owner.instance) was given \(shard) a moment ago and has not said yet that it "
                    + "holds it", address: "\(shard)",
                hint: "its next beat says so: try again in a second")
        }
        return owner
    }

    private func checkTarget(_ name: InstanceName, for shard: ShardID) throws(Refusal) {
        guard let slot = slotByName[name], instances[slot].tier == shard.tier else {
            throw Refusal(
                .unknownAddress, "no \(shard.tier.name) instance \(name) has ever registered",
                address: "\(shard.tier.name)@\(name)", hint: "twinctl status lists the instances")
        }
        guard let connection = instances[slot].connection, !connection.isEnding else {
            throw Refusal(
                .unavailable, "\(name) is not there to take \(shard)", address: "\(shard)",
                hint: "start it first; twinctl status shows all processes")
        }
        guard !record.isDraining(name) else {
            throw Refusal(
                .conflict, "\(name) is being drained and takes no shards", address: "\(shard)",
                hint: "start it again when it is empty, or choose another instance")
        }
    }

    private func isHere(_ name: InstanceName) -> Bool {
        slotByName[name].flatMap { instances[$0].connection } != nil
    }

    // MARK: what instances report

    /// Takes what the instance of a slot says of a move; what is known already changes nothing.
    package mutating func take(_ report: MoveReport, from slot: Int, now: Int64) {
        let name = instances[slot].name
        let shard = ShardID(tier: instances[slot].tier, index: report.index)
        guard let owner = record.placement[shard] else { return }
        let move = record.placement.move(of: shard)
        switch report.step {
        case .ready:
            guard let move, move.from == name, move.number == report.number,
                move.releasedDigest == nil, isHere(move.to)
            else { return }
            if holds[shard] == nil {
                holds[shard] = now
                probeNewOwners()
            }
            effects.freezes.append(
                .init(slot: slot, order: FreezeOrder(index: shard.index, number: move.number)))
        case .released:
            guard let digest = report.digest else { return }
            released(
                ReleasedShard(
                    index: shard.index, to: report.to, epoch: report.epoch, digest: digest),
                by: name, shard, owner)
        case .active:
            guard let move, move.to == name, move.epoch <= report.epoch,
                report.epoch > owner.epoch, report.epoch.rawValue <= BrokerMachine.epochMax
            else { return }
            let held = holds[shard].map { "\(now - $0)" } ?? "none"
            note(
                .info, "a shard has moved",
                [
                    "shard": "\(shard)", "from": move.from.text, "to": name.text,
                    "heldMilliseconds": held,
                ])
            apply(
                [
                    ClaimedShard(
                        shard: shard,
                        owner: .init(instance: name, epoch: report.epoch, isBorn: true))
                ], of: name)
        case .aborted:
            guard let move, move.from == name, move.number == report.number,
                move.releasedDigest == nil
            else { return }
            cancel(move, why: report.reason ?? "its owner serves on", now: now)
        }
    }

    /// The owner's word that it has given the shard away, whatever was intended meanwhile.
    mutating func released(
        _ released: ReleasedShard, by name: InstanceName, _ shard: ShardID,
        _ owner: Placement.Owner
    ) {
        guard owner.instance == name, released.epoch == owner.epoch.next else { return }
        let move = ShardMove(
            shard: shard, from: name, to: released.to, epoch: released.epoch,
            number: record.placement.move(of: shard)?.number ?? record.placement.version + 1,
            releasedDigest: released.digest)
        guard record.placement.move(of: shard) != move else { return }
        record.placement.set(move)
        movesChanged()
    }

    /// The slot of the instance on a connection; nil when none is registered over it.
    package func slot(of routingID: [UInt8]) -> Int? { slotByRoutingID[routingID] }

    // MARK: giving up, holding

    /// Ends an intended move; its owner serves on.
    private mutating func cancel(_ move: ShardMove, why: String, now: Int64) {
        record.placement.endMove(of: move.shard)
        unhold(move.shard)
        failedMoves[move.shard] = now
        movesChanged()
        note(
            .warning, "a move is given up: the owner serves on",
            [
                "shard": "\(move.shard)", "from": move.from.text, "to": move.to.text, "why": why,
            ])
    }

    /// An instance is gone, or on another connection: nothing waits for it. The move itself only
    /// its owner gives up, because it may have released the shard a moment ago.
    mutating func unholdMoves(of name: InstanceName) {
        for move in record.placement.moves where move.from == name || move.to == name {
            unhold(move.shard)
        }
    }

    /// Whoever was to take shards is gone or has another connection, and with the old one went what
    /// their owners have sent: they are told to serve on. One that has released its shard meanwhile
    /// does not, and says so.
    mutating func thawMoves(to name: InstanceName, why: String) {
        for move in record.placement.moves where move.to == name && move.releasedDigest == nil {
            guard let slot = slotByName[move.from], instances[slot].connection != nil else {
                continue
            }
            let order = ThawOrder(index: move.index, number: move.number, reason: why)
            effects.thaws.append(.init(slot: slot, order: order))
        }
    }

    /// While messages wait for a new owner its end should be found at once.
    mutating func probeNewOwners() {
        for shard in holds.keys {
            guard let name = record.placement.move(of: shard)?.to, let slot = slotByName[name],
                instances[slot].connection != nil, !effects.probes.contains(slot)
            else { continue }
            effects.probes.append(slot)
        }
        effects.probes.sort()
    }

    /// An owner that registers and still holds the shard has not released it, and begins anew.
    mutating func cancelMoves(from name: InstanceName, now: Int64) {
        for move in record.placement.moves where move.from == name && move.releasedDigest == nil {
            cancel(move, why: "\(name) has registered again", now: now)
        }
    }

    mutating func unhold(_ shard: ShardID) {
        guard holds.removeValue(forKey: shard) != nil else { return }
        effects.unheld.append(shard)
    }

    /// Lets go what has waited too long: the sender hears how it stands.
    mutating func endLongHolds(now: Int64) {
        for (shard, since) in holds.sorted(by: { $0.key < $1.key })
        where now - since >= Limits.holdMax.rawValue {
            unhold(shard)
        }
    }

    /// Why nobody serves a released shard now.
    func moving(_ move: ShardMove, now: Int64) -> Refusal {
        let isThere = isHere(move.to)
        let since = slotByName[move.to].map { absence(of: instances[$0], now: now) }
        return Refusal(
            .unavailable,
            "\(move.shard) has left \(move.from) for \(move.to), which "
                + (isThere ? "does not serve it yet" : since ?? "nobody knows"),
            address: "\(move.shard)",
            hint: isThere
                ? "try again in a second"
                : "start \(move.to) with its state directory; if that is lost: "
                    + "twinctl adopt \(move.shard) \(move.from)")
    }

    /// Takes over changed moves: a new version, stored before it is told.
    private mutating func movesChanged() {
        record.placement.version += 1
        effects.mustStore = true
        effects.tellsPlacement = true
    }

    // MARK: by hand

    /// Gives a shard that nobody serves to an instance, at a higher epoch than any before.
    ///
    /// The instance goes on with what it holds of the shard: the copy of a move, what it released
    /// itself, or nothing, and then the shard begins empty.
    /// - Parameter mayBeginEmpty: a person's consent to that; without it only an instance that is
    ///   known to hold the shard may have it.
    /// - Returns: false when the shard is its own already: the word may be repeated.
    @discardableResult
    package mutating func adopt(
        _ shard: ShardID, by name: InstanceName, mayBeginEmpty: Bool
    ) throws(Refusal) -> Bool {
        try checkTarget(name, for: shard)
        let move = record.placement.move(of: shard)
        let owner = record.placement[shard]
        if owner?.instance == name, move == nil { return false }
        if let owner, move?.releasedDigest == nil {
            guard !isHere(owner.instance) else {
                throw Refusal(
                    .conflict, "\(shard) is served by \(owner.instance)", address: "\(shard)",
                    found: owner.instance.text, wanted: "a shard that nobody serves",
                    hint: "twinctl move \(shard) \(name)")
            }
        }
        if let move, move.releasedDigest != nil, move.to != name, isHere(move.to) {
            throw Refusal(
                .conflict, "\(move.to) is here and about to serve \(shard)", address: "\(shard)",
                hint: "wait for it, or stop it first")
        }
        let isHeld = move.map { $0.releasedDigest != nil && ($0.from == name || $0.to == name) }
        guard mayBeginEmpty || isHeld == true else { throw mayBeEmpty(shard, name, owner, move) }
        let highest = max(owner?.epoch ?? .none, move?.epoch ?? .none)
        guard highest.rawValue < BrokerMachine.epochMax else {
            throw Refusal(.conflict, "\(shard) has no epoch left", found: "\(highest)")
        }
        unhold(shard)
        record.placement.endMove(of: shard)
        record.placement[shard] = .init(instance: name, epoch: highest.next, isBorn: false)
        placementChanged()
        note(
            .warning, "a shard was adopted by hand",
            ["shard": "\(shard)", "by": name.text, "epoch": "\(highest.next)"])
        return true
    }

    /// Only the two ends of a released move are known to hold the shard.
    private func mayBeEmpty(
        _ shard: ShardID, _ name: InstanceName, _ owner: Placement.Owner?, _ move: ShardMove?
    ) -> Refusal {
        var message = "\(name) is not known to hold \(shard): it would begin empty, without any of "
        message += "its twins"
        if let move, move.to == name {
            message = "\(shard) was on its way from \(move.from) to \(name) and was not released: "
            message += "if its copy at \(name) is whole it is used, else the shard begins empty"
        }
        if let owner { message += ", and what \(owner.instance) holds of it is given up" }
        return Refusal(
            .conflict, message, address: "\(shard)", wanted: "consent to it: mayBeginEmpty",
            hint: (owner.map { "start \($0.instance) again if that can be done; else " } ?? "")
                + "twinctl adopt \(shard) \(name) --yes")
    }
}
