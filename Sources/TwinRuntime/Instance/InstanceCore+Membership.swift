internal import Msgpack
package import TwinCore
internal import TwinStore
internal import TwinWire

/// Registration, beats and blindness: how an instance stands with its broker.
extension InstanceCore {
    /// A broker that answers "somebody of this name is here" may mean our own predecessor, killed
    /// a moment ago: so long we ask again before we believe it. The broker lets a successor in
    /// once a process has been silent for `suspectAfter`.
    static var predecessorPatience: Milliseconds { Limits.suspectAfter + .seconds(2) }
    /// Short, because what is sent before the connection stands is lost.
    private static var registrationRetry: Milliseconds { Milliseconds(rawValue: 250) }

    /// Registers, repeats and beats as time demands.
    mutating func tendMembership() {
        switch membership {
        case .outside(let nextAttempt):
            if clock.monotonic >= nextAttempt, !isStopping { register() }
        case .asking(let id, let sentAt):
            if clock.monotonic - sentAt >= Self.registrationRetry.rawValue { register(as: id) }
        case .storing:
            break
        case .member:
            break
        }
    }

    /// - Parameter known: of the attempt that this one repeats. All have one id, because on a slow
    ///   network the answer to the first comes after the next has left.
    private mutating func register(as known: UInt64? = nil) {
        let registration = Registration(
            tier: tier, instance: name, clusterId: identity.clusterId,
            startNumber: identity.startNumber, processNonce: processNonce,
            protocolVersion: Envelope.version, softwareVersion: softwareVersion, owned: owned(),
            released: released, isRestored: identity.isRestored, credit: Limits.instanceCreditBytes)
        let id = known ?? drawRequestID()
        let envelope = Envelope(kind: .request, type: .register, requestID: id, source: source)
        messages.append(
            [
                Array(Destination.broker.description.utf8), envelope.packed,
                Payload.pack(registration),
            ])
        membership = .asking(requestID: id, sentAt: clock.monotonic)
    }

    /// The shards that this instance holds durably.
    private mutating func owned() -> [OwnedShard] {
        shards.indices.compactMap { place in
            let index = UInt16(place)
            guard youngShards[index] == nil, departures[index]?.mayThaw ?? true else { return nil }
            let epoch = shards[place]?.glance().epoch ?? departures[index]?.shard?.epoch
            return epoch.map { OwnedShard(index: index, epoch: $0) }
        }
    }

    /// The shards that it gave away and whose new owner it has not seen serve; nil = none.
    private var released: [ReleasedShard]? {
        let released = departures.sorted { $0.key < $1.key }.compactMap { index, departure in
            guard case .released(let digest) = departure.phase else { return nil as ReleasedShard? }
            return ReleasedShard(
                index: index, to: departure.to, epoch: departure.epoch, digest: digest)
        }
        return released.isEmpty ? nil : released
    }

    /// The broker's answer to a registration.
    mutating func heardRegistration(_ envelope: Envelope, _ payload: Span<UInt8>) throws(Refusal) {
        guard case .asking(let id, _) = membership, envelope.requestID == id else { return }
        if envelope.type == .refused {
            let refusal = try Payload.unpack(RefusalPayload.self, from: payload, of: .refused)
            return registrationRefused(refusal.refusal)
        }
        let grant = try Payload.unpack(RegistrationGrant.self, from: payload, of: .register)
        refusingSince = nil
        counters.bytesTaken = grant.forwarded ?? 0
        connection = grant.connection
        creditGranted = counters.bytesTaken + Limits.instanceCreditBytes
        membership = .storing(grant)
    }

    private mutating func registrationRefused(_ refusal: Refusal) {
        if refusingSince == nil { refusalToTell = refusal.sentence }
        let since = refusingSince ?? clock.monotonic
        refusingSince = since
        membership = .outside(
            nextAttempt: clock.monotonic + Self.registrationRetry.rawValue)
        let isFinal = !refusal.code.isWorthRetrying
        if isFinal, clock.monotonic - since >= Self.predecessorPatience.rawValue {
            fatal = refusal.sentence
        }
    }

    /// The first refusal since the broker last let us in, once, for the log.
    package mutating func takeRefusal() -> String? {
        defer { refusalToTell = nil }
        return refusalToTell
    }

    /// What must be in the identity file before this instance may go on; nil = nothing.
    ///
    /// The mark of a restore goes when the new epochs of its shards are durable: one that died
    /// before would come back with the old ones and could not be told from an old copy.
    package var identityToStore: MemberIdentity? {
        switch membership {
        case .storing(let grant):
            return MemberIdentity(
                clusterId: grant.clusterId, startNumber: grant.startNumber,
                isRestored: identity.isRestored)
        case .member where identity.isRestored && reopenedBy == nil:
            var unmarked = identity
            unmarked.isRestored = false
            return unmarked
        case .member, .asking, .outside: return nil
        }
    }

    /// The identity file holds `identityToStore`: the instance is a member now.
    package mutating func identityStored() {
        guard let stored = identityToStore else { return }
        identity = stored
        guard case .storing(let grant) = membership else { return }
        membership = .member
        monitor.registered()
        nextBeatAt = clock.monotonic
        configuration = grant.configuration
        let isOtherBroker = placementBroker.map { $0 != grant.brokerNonce } ?? false
        placementBroker = grant.brokerNonce
        follow(grant.placement, whateverVersion: isOtherBroker)
    }

    /// Takes a placement: opens shards that are ours and were never born, finds parents anew.
    /// - Parameter whateverVersion: a broker without the file of the one before counts anew; its
    ///   word holds all the same.
    package mutating func follow(_ placement: Placement, whateverVersion: Bool = false) {
        guard whateverVersion || placement.version >= self.placement?.version ?? 0 else { return }
        let isFirst = self.placement == nil
        self.placement = placement
        reserveShards(placement.shardCounts[tier])
        followMoves(of: placement)
        var hasReopened = false
        for shard in placement.shards(of: name, in: tier) {
            guard let owner = placement[shard] else { continue }
            if let held = shards[Int(shard.index)] {
                if owner.epoch > held.epoch {
                    reopen(shard, at: owner.epoch, held)
                    hasReopened = true
                }
                continue
            }
            guard departures[shard.index] == nil else { continue }
            guard !owner.isBorn else {
                counters.lostShards += 1
                continue
            }
            bear(shard, at: owner.epoch, placement.shardCounts)
        }
        if hasReopened {
            reopenedBy = record
            Service.recovered(core: &self)
        }
        for index in ownedIndices
        where shards[index]?.conditions.configuration != configuration {
            take(.configuration(configuration), in: index)
        }
        // Copied out: the closure must not read `self` while the queue changes.
        let current = placement
        if let parent = tier.parent {
            owing.replace { debt in
                current[current.shard(of: TwinAddress(tier: parent, key: debt.parent))]?.instance
            }
            audits.follow(
                current.instances(in: parent).map { name in
                    (name, ShardSet(current.shards(of: name, in: parent).map(\.index)))
                }, at: clock.monotonic)
            // What a restore has lost the parents must hear of, also when the process that began
            // to tell them has ended.
            if hasReopened || (isFirst && holdsRestored) { audits.tellAll(at: clock.monotonic) }
        }
    }

    /// Some shard's history was cut under its present epoch.
    private var holdsRestored: Bool {
        ownedIndices.contains { index in
            guard let epoch = shards[index]?.epoch, let position = shards[index]?.position else {
                return false
            }
            return epoch > .first && position >= .first(of: epoch)
        }
    }

    /// Makes room for the tier's shards; called with recovered state too.
    package mutating func reserveShards(_ count: Int) {
        while shards.count < count {
            shards.append(nil)
            isTouched.append(false)
        }
    }

    private mutating func bear(_ shard: ShardID, at epoch: Epoch, _ counts: ShardCounts) {
        let childCount = tier.child.map { counts[$0] } ?? 0
        births.append(
            ShardBirth(
                index: shard.index, epoch: epoch, childShardCount: childCount,
                configuration: configuration))
        youngShards[shard.index] = record
        shards[Int(shard.index)] = Shard(
            id: shard, epoch: epoch, configuration: configuration, childShardCount: childCount,
            running: time.running)
        awaitAudits(in: Int(shard.index))
    }

    /// A new owner or a new history: what the shard's twins know of their children may not be all.
    mutating func awaitAudits(in index: Int) {
        guard let count = shards[index]?.conditions.childShardCount, count > 0 else { return }
        take(.awaitedChildShards(ShardSet(0..<UInt16(count))), in: index)
        auditIntake.add(.look(shard: UInt16(index)))
    }

    /// A restored shard goes on at the epoch that the broker put above its own.
    private mutating func reopen(_ shard: ShardID, at epoch: Epoch, _ held: Shard<Twin>) {
        births.append(
            ShardBirth(
                index: shard.index, epoch: epoch,
                childShardCount: held.conditions.childShardCount,
                configuration: held.conditions.configuration))
        shards[Int(shard.index)]?.reopen(at: epoch, time: time, record: record)
        awaitAudits(in: Int(shard.index))
    }

    // MARK: beats

    /// So much was taken since the last beat that the next one should not wait for its second: the
    /// broker would refuse what we could take. One at a time, lest a slow broker be called silent.
    var isCreditUsed: Bool {
        let window = Limits.instanceCreditBytes
        return counters.bytesTaken + window >= creditGranted + window / Limits.creditGrantShare
            && !monitor.awaitsAnswer
    }

    mutating func beat() {
        beatNumber += 1
        nextBeatAt = now + Limits.beatInterval.rawValue
        tellLoad()
        let blind = ShardSet(
            shards.indices.filter { shards[$0]?.glance().isObserving == false }.map { UInt16($0) })
        creditGranted = counters.bytesTaken + Limits.instanceCreditBytes
        let beat = Beat(
            number: beatNumber, tier: tier, instance: name, startNumber: identity.startNumber,
            credit: creditGranted, connection: connection, blindShards: blind,
            owned: owned(), isStopping: isStopping, load: load)
        let envelope = Envelope(
            kind: .beat, type: .beat, requestID: beatNumber, source: source)
        urgent.append(
            [Array(Destination.broker.description.utf8), envelope.packed, Payload.pack(beat)])
        monitor.beatSent(number: beatNumber, at: now)
        if monitor.isBrokerSilent {
            membership = .outside(nextAttempt: clock.monotonic)
        }
    }

    private mutating func tellLoad() {
        load.twins = shards.indices.reduce(0) { $0 + (shards[$1]?.glance().twinCount ?? 0) }
        load.statusesOwed = owing.count
        load.refused = counters.refused
        load.quarantined = quarantine.count
        load.warnings = []
        if counters.lostShards > 0 {
            load.warnings.append(
                "it does not hold \(counters.lostShards) shards that the placement says it "
                    + "owns: is --state-dir the right directory?")
        }
        if let sentence = staleSentence { load.warnings.append(sentence) }
        let silent = auditIntake.silent
        if !silent.isEmpty {
            load.warnings.append(
                "no list of children has come from "
                    + silent.map(\.text).joined(separator: ", ")
                    + ": what is above them is unknown until it does")
        }
        if clockSuspicion.isOurs {
            let share = clockSuspicion.share
            load.warnings.append(
                "\(share.future) of \(share.reports) reports are ahead of this machine's "
                    + "clock: set it by NTP; no server is blamed")
        }
        if let reason = monitor.blindness { load.warnings.append(reason.rawValue) }
    }

    /// What goes out without waiting for a commit: beats carry nothing a twin computed.
    package mutating func takeUrgent() -> [[[UInt8]]] {
        defer { urgent.removeAll(keepingCapacity: true) }
        return urgent
    }

    /// The broker's answer to a beat, or its refusal of one.
    mutating func heardBeat(_ envelope: Envelope, _ payload: Span<UInt8>) throws(Refusal) {
        guard envelope.type != .refused else {
            membership = .outside(nextAttempt: clock.monotonic)
            return
        }
        let reply = try Payload.unpack(BeatReply.self, from: payload, of: .beat)
        // The answer came by the messages' pipe, after all that it counts: a difference is a
        // mistake of ours or of the broker's, and would narrow or widen the window for ever.
        if let forwarded = reply.forwarded { counters.bytesTaken = forwarded }
        if connection != reply.connection {
            connection = reply.connection
            creditGranted = counters.bytesTaken + Limits.instanceCreditBytes
        }
        // The broker tells a new placement once; who did not get it asks.
        if let known = placement?.version, reply.placementVersion > known {
            send(.request, .getPlacement, to: .broker, [])
        }
        monitor.beatAnswered(reply, at: now)
        Service.beatAnswered(reply, core: &self)
    }

    /// Tells every shard when seeing begins or ends: a journalled input, so that replay knows.
    mutating func followMonitor() {
        let isObserving = monitor.blindness == nil
        let changed = shards.indices.filter { index in
            guard let glance = shards[index]?.glance() else { return false }
            return glance.isObserving != isObserving
        }
        guard !changed.isEmpty else { return }
        let margin = isObserving ? monitor.takeFloorMargin() : .zero
        for index in changed {
            guard let floor = shards[index]?.conditions.floor, let elapsed = elapsed(of: index)
            else { continue }
            take(
                .observation(
                    isObserving: isObserving, floor: isObserving ? elapsed + margin : floor),
                in: index)
        }
    }

    /// A drain of the socket ended; more was waiting when `stoppedAtLimit`.
    package mutating func drained(stoppedAtLimit: Bool) {
        monitor.drained(stoppedAtLimit: stoppedAtLimit, at: clock.monotonic)
    }

    // MARK: timers

    mutating func fireTimers() {
        var left = Limits.messagesPerTurnMax
        for index in shards.indices where left > 0 {
            guard shards[index]?.isTimerDue(at: time) == true else { continue }
            var slots: [Int] = []
            var refused: [(key: [UInt8], due: Int64)] = []
            let timerGuard = timerGuard
            let inputsBefore = shards[index]?.turnInputs.count
            left -=
                shards[index]?.fireTimers(
                    at: time, record: record, limit: left,
                    mayWake: { key, due in
                        if timerGuard.mayWake(key, due: due) { return true }
                        refused.append((key, due))
                        return false
                    }, touched: { _, slot in slots.append(slot) }) ?? 0
            inHand?.inputDone()
            for timer in refused { keepTimer(of: timer.key, due: timer.due) }
            guard shards[index]?.turnInputs.count != inputsBefore else { continue }
            if !isTouched[index] {
                isTouched[index] = true
                touched.append(UInt16(index))
            }
            for slot in slots { Service.settle(shard: index, slot: slot, core: &self) }
        }
    }
}

extension Refusal {
    /// All that it says, as one sentence for a log.
    fileprivate var sentence: String {
        var text = message
        if let wanted, let found { text += ": wanted \(wanted), found \(found)" }
        if let hint { text += "; \(hint)" }
        return text
    }
}
