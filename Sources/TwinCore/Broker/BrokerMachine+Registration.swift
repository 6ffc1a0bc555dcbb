extension BrokerMachine {
    /// Lets an instance in, or says why not. Nothing changes when it is refused.
    ///
    /// `routingID` is the connection it came by. The same process may register as often as it
    /// likes: its route is replaced, its start number stays.
    package mutating func register(
        _ registration: Registration, routingID: [UInt8], now: Int64, wall: Timestamp
    ) -> Result<RegistrationGrant, Refusal> {
        do throws(Refusal) {
            try checkForm(registration)
            // Before the name: another cluster's instance of the same name is no double of ours.
            let joins = try cluster(for: registration)
            try checkName(registration, now: now)
            let start = try startNumber(for: registration)
            let claims = try judgeClaims(of: registration)
            admit(
                registration, joins: joins, start: start, claims: claims, routingID: routingID,
                now: now, wall: wall)
            let connection = connection(over: routingID)
            return .success(
                RegistrationGrant(
                    clusterId: joins.clusterID, startNumber: start.offeredStart,
                    configuration: record.configuration, placement: record.placement,
                    brokerNonce: nonce, forwarded: connection?.forwarded,
                    connection: connection?.number))
        } catch {
            note(
                .warning, "registration refused",
                ["instance": registration.instance.text, "why": error.message])
            return .failure(error)
        }
    }

    // MARK: checks, none of which changes anything

    private func checkForm(_ registration: Registration) throws(Refusal) {
        guard registration.protocolVersion == BrokerMachine.protocolVersion else {
            throw Refusal(
                .unsupportedVersion,
                "\(registration.instance) speaks protocol version \(registration.protocolVersion)",
                found: "\(registration.protocolVersion)", wanted: "\(BrokerMachine.protocolVersion)"
            )
        }
        guard registration.softwareVersion.utf8.count <= Limits.labelBytesMax else {
            throw Refusal(
                .tooLarge,
                "softwareVersion: wanted at most \(Limits.labelBytesMax) bytes, found "
                    + "\(registration.softwareVersion.utf8.count)")
        }
        guard registration.startNumber <= BrokerMachine.startNumberMax else {
            throw Refusal(
                .invalid,
                "startNumber: wanted at most \(BrokerMachine.startNumberMax), found "
                    + "\(registration.startNumber)")
        }
        let released = (registration.released ?? []).map {
            OwnedShard(index: $0.index, epoch: $0.epoch)
        }
        for claim in registration.owned + released {
            guard claim.epoch.rawValue <= BrokerMachine.epochMax, claim.epoch > .none else {
                throw Refusal(
                    .invalid,
                    "\(registration.tier.name)#\(claim.index): wanted epoch 1 to "
                        + "\(BrokerMachine.epochMax), found \(claim.epoch)")
            }
        }
    }

    /// The version of the wire protocol that this broker speaks.
    package static let protocolVersion = 1
    /// Far above what is ever reached, and far below where counting on would overflow.
    private static let startNumberMax: UInt64 = 1 << 48
    static let epochMax: UInt32 = 1 << 31

    private func checkName(_ registration: Registration, now: Int64) throws(Refusal) {
        let name = registration.instance
        guard let slot = slotByName[name] else {
            guard instances.count < Limits.instancesMax else {
                throw Refusal(
                    .overloaded, "this cluster has \(instances.count) instances, as many as it may")
            }
            return
        }
        let known = instances[slot]
        guard known.tier == registration.tier else {
            throw Refusal(
                .conflict, "the name \(name) belongs to a \(known.tier.name) instance",
                found: registration.tier.name, wanted: known.tier.name,
                hint: "start this one with another --instance name")
        }
        guard let present = known.connection, present.processNonce != registration.processNonce,
            now - present.heardAt < Limits.suspectAfter.rawValue
        else { return }
        throw Refusal(
            .conflict,
            "another process is registered as \(name) and beat "
                + "\(now - present.heardAt) ms ago",
            hint: "stop one of the two, or give this one its own --instance and --state-dir; "
                + "after a crash try again in \(BrokerMachine.span(Limits.suspectAfter.rawValue))")
    }

    /// The cluster that a registration joins.
    struct Joining {
        var clusterID: String
        /// The bootstrap ends, because of state that is there already.
        var cancelsBootstrap = false
    }

    private func cluster(for registration: Registration) throws(Refusal) -> Joining {
        let claims = !registration.owned.isEmpty
        guard let theirs = registration.clusterId else {
            guard !claims else {
                throw Refusal(
                    .invalid,
                    "\(registration.instance) claims \(registration.owned.count) shards "
                        + "and names no cluster")
            }
            guard let ours = record.clusterID else {
                throw Refusal(
                    .unavailable,
                    "this broker has no cluster: nothing is stored and no bootstrap "
                        + "was asked for",
                    hint: "for a new cluster start twin-broker with --bootstrap and --instances; "
                        + "for an existing one start the instances that hold its shards")
            }
            return Joining(clusterID: ours)
        }
        do {
            _ = try TwinKey(theirs)
        } catch {
            throw Refusal(.invalid, "clusterId: \(error)")
        }
        guard let ours = record.clusterID else { return Joining(clusterID: theirs) }
        if ours == theirs {
            return Joining(clusterID: ours, cancelsBootstrap: claims && isWaiting)
        }
        if claims, isWaiting, record.members.isEmpty {
            return Joining(clusterID: theirs, cancelsBootstrap: true)
        }
        throw Refusal(
            .conflict, "\(registration.instance) belongs to another cluster", found: theirs,
            wanted: ours,
            hint: "check its --broker and --state-dir; a new instance needs an empty state "
                + "directory")
    }

    /// True until the shards of a new cluster are dealt.
    var isWaiting: Bool {
        if case .waiting = bootstrap { true } else { false }
    }

    /// The member as it will be stored, with the start number to offer.
    private func startNumber(
        for registration: Registration
    ) throws(Refusal) -> BrokerRecord.Member {
        let number = registration.startNumber
        guard var member = record[registration.instance] else {
            return BrokerRecord.Member(
                name: registration.instance, tier: registration.tier, confirmedStart: number,
                offeredStart: number + 1)
        }
        let isExpected = number == member.confirmedStart || number == member.offeredStart
        // A backup knows only the starts of before it: its mark lets it in, not its number.
        guard isExpected || number > member.offeredStart || registration.isRestored else {
            throw Refusal(
                .conflict, copiedDirectory(registration, member), found: "\(number)",
                wanted: "\(member.confirmedStart) or \(member.offeredStart)",
                hint: "start the instance from the directory that it used last, or this one with "
                    + "another --instance and an empty --state-dir; a backup goes in by restore")
        }
        if isExpected || registration.isRestored, isReconnect(registration) { return member }
        let offered = max(member.offeredStart, number) + 1
        // An older copy may have the number of the backup; only the new one counts from here on.
        member.confirmedStart = registration.isRestored ? offered : number
        member.offeredStart = offered
        return member
    }

    private func isReconnect(_ registration: Registration) -> Bool {
        slotByName[registration.instance].map {
            instances[$0].lastProcessNonce == registration.processNonce
        } ?? false
    }

    private func copiedDirectory(
        _ registration: Registration, _ member: BrokerRecord.Member
    ) -> String {
        guard registration.startNumber > 0 else {
            return "the name \(member.name) is taken: an instance of that name has registered "
                + "before, and this one has an empty state directory"
        }
        return "this is an older copy of the state directory of \(member.name): it was last "
            + "started as number \(registration.startNumber), the original as number "
            + "\(member.offeredStart)"
    }

    // MARK: the change

    private mutating func admit(
        _ registration: Registration, joins: Joining, start: BrokerRecord.Member,
        claims: [ClaimedShard], routingID: [UInt8], now: Int64, wall: Timestamp
    ) {
        if joins.cancelsBootstrap {
            let reason =
                "\(registration.instance) claims \(registration.owned.count) shards of "
                + "cluster \(joins.clusterID)"
            bootstrap = .cancelled(reason: reason)
            note(.error, "bootstrap cancelled: there is a cluster already", ["why": reason])
        }
        if record.clusterID != joins.clusterID || record[registration.instance] != start {
            record.clusterID = joins.clusterID
            record.set(start)
            effects.mustStore = true
        }
        let slot =
            slotByName[registration.instance]
            ?? addSlot(registration.instance, registration.tier)
        let isNewProcess = instances[slot].lastProcessNonce != registration.processNonce
        connect(slot, registration, start, routingID: routingID, now: now, wall: wall)
        apply(claims, of: registration.instance)
        takeReleases(of: registration)
        cancelMoves(from: registration.instance, now: now)
        // A connection that broke is no new start: an empty instance goes on waiting for its end.
        if isNewProcess, record.isDraining(registration.instance),
            registration.owned.isEmpty || record.isLeaving(registration.instance)
        {
            record.endDrain(of: registration.instance)
            effects.mustStore = true
        }
        dealIfComplete()
        note(
            .info, "instance registered",
            [
                "instance": registration.instance.text, "tier": registration.tier.name,
                "start": "\(start.offeredStart)", "shards": "\(registration.owned.count)",
            ])
    }

    private func connection(over routingID: [UInt8]) -> BrokerInstance.Connection? {
        slotByRoutingID[routingID].flatMap { instances[$0].connection }
    }

    private mutating func connect(
        _ slot: Int, _ registration: Registration, _ start: BrokerRecord.Member,
        routingID: [UInt8], now: Int64, wall: Timestamp
    ) {
        let old = instances[slot].connection
        if registration.processNonce != instances[slot].lastProcessNonce {
            instances[slot].noteStart(at: now)
        }
        unholdMoves(of: registration.instance)
        if let old { slotByRoutingID[old.routingID] = nil }
        // Over the same connection what was sent is still on its way: a registration that forgot
        // it would let in another window each time. That holds for one that was lost by its
        // silence too: a partition delays what it says and breaks nothing.
        let last = instances[slot].lastConnection
        let same = last?.routingID == routingID ? last : nil
        if same == nil { connectionCount += 1 }
        if old?.routingID != routingID {
            let name = registration.instance
            thawMoves(to: name, why: "\(name) has registered over another connection")
        }
        let granted = (same?.takenAtLeast ?? 0).addingReportingOverflow(registration.credit)
        if let other = slotByRoutingID[routingID], other != slot {
            lose(other, at: now, wall: wall, why: "its connection registered another instance")
        }
        instances[slot].presence = .present(
            BrokerInstance.Connection(
                routingID: routingID, number: same?.number ?? nonce &+ connectionCount,
                processNonce: registration.processNonce,
                startNumber: start.offeredStart, softwareVersion: registration.softwareVersion,
                registeredAt: wall, heardAt: now, heardAtWall: wall, steadySince: now,
                credit: granted.overflow ? .max : granted.partialValue,
                window: registration.credit, forwarded: same?.forwarded ?? 0))
        instances[slot].lastProcessNonce = registration.processNonce
        instances[slot].softwareVersion = registration.softwareVersion
        slotByRoutingID[routingID] = slot
    }
}
