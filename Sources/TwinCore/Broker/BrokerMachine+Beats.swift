extension BrokerMachine {
    /// Takes an instance's beat and gives the answer to it; throws `unauthorized` when the
    /// connection is not registered or the beat is another start's.
    ///
    /// A first beat confirms the start number; the shards it names become born.
    package mutating func beat(
        _ beat: Beat, routingID: [UInt8], now: Int64, wall: Timestamp
    ) throws(Refusal) -> BeatReply {
        let slot = try registeredSlot(
            routingID: routingID, instance: beat.instance.text, startNumber: beat.startNumber)
        guard beat.tier == instances[slot].tier else {
            throw Refusal(
                .invalid, "beat: \(beat.instance) is a \(instances[slot].tier.name) instance",
                found: beat.tier.name, wanted: instances[slot].tier.name)
        }
        var dropped: UInt64 = 0
        var forwarded: UInt64 = 0
        var number: UInt64 = 0
        instances[slot].withConnection { connection in
            dropped = connection.dropped
            connection.dropped = 0
            forwarded = connection.forwarded
            number = connection.number
            if connection.isSuspect(now: now) { connection.steadySince = now }
            connection.heardAt = now
            connection.heardAtWall = wall
            connection.hasBeaten = true
            // The answer to a registration may come by a connection that has broken since, with
            // what was sent over it: bytes taken there are none of these.
            if beat.connection ?? number == number {
                connection.credit = max(connection.credit, beat.credit)
            }
            connection.blindShards = beat.blindShards
            connection.isStopping = beat.isStopping
            connection.load = beat.load
        }
        confirmStart(of: slot, number: beat.startNumber)
        confirmShards(beat)
        return BeatReply(
            number: beat.number, brokerNonce: nonce, placementVersion: record.placement.version,
            isYoung: now < youngUntil,
            isBehind: now - emptiedAt > BrokerMachine.behindAfter.rawValue, dropped: dropped,
            unheardServerShards: beat.tier == .server ? ShardSet() : unheard(.server, now: now),
            unheardRackShards: beat.tier == .dc ? unheard(.rack, now: now) : ShardSet(),
            forwarded: forwarded, connection: number)
    }

    private mutating func confirmStart(of slot: Int, number: UInt64) {
        let name = instances[slot].name
        guard var member = record[name], member.confirmedStart != number else { return }
        member.confirmedStart = number
        record.set(member)
        effects.mustStore = true
    }

    /// Notes shards that are durable now, and believes those at a higher epoch than ours.
    private mutating func confirmShards(_ beat: Beat) {
        var changes: [ClaimedShard] = []
        for owned in beat.owned {
            let shard = ShardID(tier: beat.tier, index: owned.index)
            guard let current = record.placement[shard] else { continue }
            let isBirth =
                current.instance == beat.instance && owned.epoch == current.epoch
                && !current.isBorn
            let isNewer =
                owned.epoch > current.epoch
                && owned.epoch.rawValue <= BrokerMachine.epochMax
            guard isBirth || isNewer else { continue }
            changes.append(
                ClaimedShard(
                    shard: shard,
                    owner: .init(instance: beat.instance, epoch: owned.epoch, isBorn: true)))
        }
        apply(changes, of: beat.instance)
    }

    /// The shards of a tier that nobody hears now: without a present owner, owned by a suspect
    /// one, or blind.
    func unheard(_ tier: Tier, now: Int64) -> ShardSet {
        let isHeard = instances.map { $0.connection.map { !$0.isSuspect(now: now) } ?? false }
        var unheard = ShardSet()
        for (index, slot) in ownerSlots[Int(tier.rawValue)].enumerated() {
            let index = UInt16(index)
            guard slot >= 0, isHeard[slot],
                instances[slot].connection?.blindShards.contains(index) == false
            else {
                unheard.insert(index)
                continue
            }
        }
        for move in record.placement.moves
        where move.tier == tier && move.releasedDigest != nil && holds[move.shard] == nil {
            unheard.insert(move.index)
        }
        return unheard
    }

    /// The slot of the instance that sends over this connection, checked against what the
    /// message says of its source; throws `unauthorized` with the advice to register.
    package func registeredSlot(
        routingID: [UInt8], instance: String?, startNumber: UInt64?
    ) throws(Refusal) -> Int {
        guard let slot = slotByRoutingID[routingID],
            let connection = instances[slot].connection
        else {
            throw Refusal(
                .unauthorized, "this connection is not registered",
                hint: "send Register first, again after every reconnect")
        }
        guard instance == instances[slot].name.text, startNumber == connection.startNumber else {
            throw Refusal(
                .unauthorized, "the message is not from the registered instance",
                found: "\(instance ?? "no source"), start \(startNumber ?? 0)",
                wanted: "\(instances[slot].name), start \(connection.startNumber)",
                hint: "the source must be the registered one; register again after a start")
        }
        return slot
    }

    /// Whether a message that came unregistered is from an instance of ours that has not
    /// registered again yet, after a restart of the broker or a reconnect. It is refused like a
    /// stranger's, but that is the way back in and nothing to show an operator. While the instance
    /// is here over another connection, whoever uses its name is a stranger.
    package func isReturning(
        routingID: [UInt8], instance: String?, startNumber: UInt64?
    ) -> Bool {
        guard slotByRoutingID[routingID] == nil,
            let member = record.members.first(where: { $0.name.text == instance }),
            slotByName[member.name].flatMap({ instances[$0].connection }) == nil
        else { return false }
        return startNumber == member.confirmedStart || startNumber == member.offeredStart
    }
}
