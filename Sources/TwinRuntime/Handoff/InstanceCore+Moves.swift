package import TwinCore
package import TwinStore
internal import TwinWire

/// How an instance follows the moves that the placement names: all of it is level-triggered, so a
/// message that is lost or a restart changes nothing but the time it takes.
extension InstanceCore {
    /// Takes the moves of a new placement: begins to copy, gives up, takes over, forgets.
    mutating func followMoves(of placement: Placement) {
        for (index, departure) in departures.sorted(by: { $0.key < $1.key }) {
            follow(departure, of: index, placement)
        }
        for (index, arrival) in arrivals.sorted(by: { $0.key < $1.key }) {
            follow(arrival, of: index, placement)
        }
        leaveStaleShards(placement)
        for move in placement.moves
        where move.tier == tier && move.from == name && move.releasedDigest == nil {
            guard departures[move.index] == nil, youngShards[move.index] == nil,
                let shard = shards[Int(move.index)], shard.epoch.next == move.epoch
            else { continue }
            departures[move.index] = Departure(
                to: move.to, epoch: move.epoch, number: move.number)
        }
    }

    private mutating func follow(
        _ departure: Departure<Twin>, of index: UInt16, _ placement: Placement
    ) {
        let id = ShardID(tier: tier, index: index)
        let move = placement.move(of: id)
        guard let owner = placement[id] else { return }
        switch departure.phase {
        case .copying, .ready, .marked, .frozen, .givenUp:
            let goesOn = move?.number == departure.number && move?.releasedDigest == nil
            if !goesOn { thaw(index, why: nil) }
        case .released:
            if owner.instance == name, owner.epoch >= departure.epoch {
                takeBack(index, departure, at: owner.epoch)
            } else if owner.instance != name, owner.isBorn, owner.epoch >= departure.epoch {
                forget(index, at: departure.epoch)
            }
        case .stale:
            if owner.instance == name, let epoch = departure.shard?.epoch, owner.epoch > epoch {
                takeBack(index, departure, at: owner.epoch)
            } else {
                dropStale(index, for: owner)
            }
        }
    }

    private mutating func follow(
        _ arrival: Arrival<Twin>, of index: UInt16, _ placement: Placement
    ) {
        let id = ShardID(tier: tier, index: index)
        let move = placement.move(of: id)
        if let move, move.to == name, move.epoch == arrival.epoch,
            move.releasedDigest != nil || arrival.number ?? move.number == move.number
        {
            if let digest = arrival.digest, move.releasedDigest == digest {
                acquire(index, arrival, at: arrival.epoch)
            }
        } else if let owner = placement[id], owner.instance == name, owner.epoch > arrival.epoch,
            arrival.digest != nil
        {
            acquire(index, arrival, at: owner.epoch)
        } else if move == nil,
            placement[id] == nil || placement.version < arrival.number ?? 0
        {
            // A broker without its file, or with an old one, knows no move before the owner has
            // registered: it may have released the shard to us.
        } else {
            arrivals[index] = nil
            handoffJobs.append(.discard(shard: index))
        }
    }

    /// A sender that learns of a higher epoch for its shard is stale and stops serving it.
    private mutating func leaveStaleShards(_ placement: Placement) {
        for index in ownedIndices {
            let id = ShardID(tier: tier, index: UInt16(index))
            guard let owner = placement[id], let epoch = shards[index]?.epoch,
                owner.instance != name, owner.epoch > epoch
            else { continue }
            var departure = Departure<Twin>(to: owner.instance, epoch: owner.epoch, number: 0)
            departure.phase = .stale
            departure.shard = shards[index]
            departures[UInt16(index)] = departure
            shards[index] = nil
            owing.forget(shard: UInt16(index))
            alerts.close(shard: UInt16(index))
            endsAlertWaits = true
            dropStale(UInt16(index), for: owner)
        }
    }

    /// A person has said of this very copy that it may go, and somebody else serves the shard.
    private mutating func dropStale(_ index: UInt16, for owner: Placement.Owner) {
        guard let departure = departures[index], departure.phase == .stale,
            let epoch = departure.shard?.epoch, droppable[index] == epoch,
            owner.instance != name, owner.isBorn, owner.epoch > epoch
        else { return }
        forget(index, at: owner.epoch)
    }

    // MARK: giving up

    /// The move is given up, before its commit point: the shard is served here as before. With a
    /// reason the broker is told until it ends the move.
    mutating func thaw(_ index: UInt16, why: String?) {
        guard let departure = departures[index], departure.mayThaw else { return }
        if let shard = departure.shard {
            shards[Int(index)] = shard
            alerts.open(shard: index)
            if case .frozen(let since) = departure.phase {
                blind(Int(index), unserved: clock.monotonic - since)
            }
            Service.opened(shard: Int(index), core: &self)
        }
        departures[index] = nil
        guard let why else { return }
        var given = Departure<Twin>(
            to: departure.to, epoch: departure.epoch, number: departure.number)
        given.phase = .givenUp(why: why)
        departures[index] = given
    }

    /// Tells the broker how far a departure is.
    mutating func report(
        _ index: UInt16, _ departure: Departure<Twin>, _ step: MoveReport.Step,
        digest: UInt64? = nil, reason: String? = nil
    ) {
        send(
            .event, .moveReport, to: .broker,
            Payload.pack(
                MoveReport(
                    index: index, to: departure.to, epoch: departure.epoch,
                    number: departure.number, step: step,
                    digest: digest, reason: reason)))
    }

    // MARK: durable changes of ownership

    /// The owner's commit point: with this turn's record only the new owner may serve the shard.
    mutating func release(_ index: UInt16, digest: UInt64) {
        guard let departure = departures[index] else { return }
        let released = ReleasedShard(
            index: index, to: departure.to, epoch: departure.epoch, digest: digest)
        ownershipMoves.append(.released(released))
        departures[index]?.phase = .released(digest: digest)
        departures[index]?.copied = [:]
        departures[index]?.sent = nil
        departures[index]?.reportedAt = nil
        alerts.close(shard: index)
        endsAlertWaits = true
    }

    /// The new owner's commit point: with this turn's record the copy is the shard.
    private mutating func acquire(_ index: UInt16, _ arrival: Arrival<Twin>, at epoch: Epoch) {
        let id = ShardID(tier: tier, index: index)
        guard let digest = arrival.digest,
            let shard = arrival.shard(id, at: epoch, running: time.running)
        else { return }
        arrivals[index] = nil
        ownershipMoves.append(.acquired(index: index, epoch: epoch, digest: digest))
        shards[Int(index)] = shard
        if let bans = arrival.bans {
            quarantine.replaceBans(of: id, with: bans, shardCount: shards.count)
        }
        shards[Int(index)]?.armAllTimers()
        alerts.begin(shard: index, after: arrival.newestAlert)
        let unserved = arrival.wholeSince.map { clock.monotonic - $0 }
        begin(shardAt: index, unserved: unserved)
    }

    /// A person gave the shard back to us, who still hold what we released.
    private mutating func takeBack(
        _ index: UInt16, _ departure: Departure<Twin>, at epoch: Epoch
    ) {
        guard var shard = departure.shard else { return }
        departures[index] = nil
        births.append(
            ShardBirth(
                index: index, epoch: epoch, childShardCount: shard.conditions.childShardCount,
                configuration: shard.conditions.configuration))
        shard.reopen(at: epoch, time: time, record: record)
        shards[Int(index)] = shard
        alerts.open(shard: index)
        begin(shardAt: index, unserved: nil)
        awaitAudits(in: Int(index))
    }

    /// A shard is served here from now on.
    private mutating func begin(shardAt index: UInt16, unserved milliseconds: Int64?) {
        youngShards[index] = record
        slicing.savedHeaders[index] = nil
        arrived[index] = nil
        endsAlertWaits = true
        blind(Int(index), unserved: milliseconds)
        Service.opened(shard: Int(index), core: &self)
    }

    /// While nobody serves a shard its own time stands still, and a moment's pause blames nobody.
    /// After a longer one, or one of unknown length, reporters may be in their back-off: the shard
    /// was blind, and silence counts from now.
    private mutating func blind(_ index: Int, unserved milliseconds: Int64?) {
        if let milliseconds, milliseconds <= Limits.blindGapMax.rawValue { return }
        guard let conditions = shards[index]?.conditions, conditions.isObserving else { return }
        take(.observation(isObserving: false, floor: conditions.floor), in: index)
    }

    /// Somebody has served the shard at the epoch of its new owner or a later one: the data here
    /// may go. Who serves it now and where it goes next is no matter: an owner after the new one
    /// had it from that one, or a person gave up what is here by `adopt`.
    private mutating func forget(_ index: UInt16, at epoch: Epoch) {
        departures[index] = nil
        forgotten[index] = record
        slicing.savedHeaders[index] = nil
        ownershipMoves.append(.forgotten(index: index, epoch: epoch))
        discards.append(index)
    }

    // MARK: what the broker is told again and again

    /// Says which shards are served here now, until the placement shows it.
    mutating func reportArrivals() {
        guard case .member = membership, let placement else { return }
        for move in placement.moves where move.tier == tier && move.to == name {
            let shard = move.index
            guard let epoch = shards[Int(shard)]?.epoch, epoch >= move.epoch else { continue }
            if let last = arrived[shard],
                clock.monotonic - last < Limits.moveReportInterval.rawValue
            {
                continue
            }
            arrived[shard] = clock.monotonic
            let report = MoveReport(
                index: shard, to: name, epoch: epoch, number: move.number, step: .active)
            send(.event, .moveReport, to: .broker, Payload.pack(report))
        }
    }
}

extension InstanceCore {
    /// Shards that were given away and are kept until their new owner serves.
    package var givenAway: [UInt16] {
        departures.filter { !$0.value.mayThaw }.keys.sorted()
    }

    /// What a person has to decide about copies that are no more than kept; nil = there are none.
    var staleSentence: String? {
        let stale = departures.filter { $0.value.phase == .stale }.sorted { $0.key < $1.key }
        guard let (index, departure) = stale.first, let epoch = departure.shard?.epoch else {
            return nil
        }
        let id = ShardID(tier: tier, index: index)
        let owner = placement?[id]
        let (served, at) = (owner?.instance ?? departure.to, owner?.epoch ?? departure.epoch)
        let more = stale.count > 1 ? ", and \(stale.count - 1) more shards like it" : ""
        return "it keeps an unserved copy of \(id) at epoch \(epoch), and \(served) serves the "
            + "shard at epoch \(at)\(more): to let the copy go, start \(name) with --drop-stale "
            + "\(index)@\(epoch); to go back to it, stop \(served), then twinctl adopt \(id) "
            + "\(name) --yes"
    }

    /// Whole and durable copies of shards that may become ours, by index.
    package var candidates: [(index: UInt16, epoch: Epoch, digest: UInt64)] {
        arrivals.sorted { $0.key < $1.key }.compactMap { index, arrival in
            arrival.digest.map { (index, arrival.epoch, $0) }
        }
    }

    /// Every shard whose rows are kept here: served, frozen, released or stale.
    package var keptIndices: [Int] {
        shards.indices.filter { shards[$0] != nil || departures[UInt16($0)]?.shard != nil }
    }

    package func kept(_ index: Int) -> Shard<Twin>? {
        shards[index] ?? departures[UInt16(index)]?.shard
    }

    /// What the row of a kept shard says of it.
    package func custody(of index: Int) -> ShardCustody {
        guard let departure = departures[UInt16(index)],
            case .released(let digest) = departure.phase
        else { return .owned }
        return .released(to: departure.to, epoch: departure.epoch, digest: digest)
    }
}
