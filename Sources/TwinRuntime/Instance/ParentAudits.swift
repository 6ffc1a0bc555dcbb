package import TwinCore
internal import TwinWire

/// The parent's side of the audit: asks children for what it lacks, drops those that are no more.
///
/// A shard's list counts once it is whole, and only for the parent shards it names and this
/// instance owns. Each part costs a look at every child that the instance's parents hold.
extension InstanceCore where Service: ParentService {
    /// Takes one part of a child instance's list. The answer names the children whose version is
    /// lacking here; the consequences follow as steps, in this turn as far as there is room.
    package mutating func takeAudit(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let part = try Payload.unpack(AuditPart.self, from: payload, of: .audit)
        let number = try partNumber(of: part, in: request)
        guard let placement else {
            throw Refusal(.unavailable, "\(name) is not registered with its broker yet")
        }
        guard try auditIntake.admits(number) else {
            return reply(to: request, with: ReceiptBatch(entries: []))
        }
        let cut = auditIntake.cut(before: number)
        let named = try namedShards(of: part, after: cut, placement)
        var parents = cut?.parents ?? [:]
        var answer = ReceiptBatch(entries: [])
        for entry in part.entries {
            hear(entry, of: named, placement, into: &parents, &answer)
        }
        var whole = named
        var open: AuditIntake.CutShard?
        if part.isContinued, let last = part.shards.last {
            whole[Int(last.index)] = nil
            let isSame = cut?.index == last.index
            open = AuditIntake.CutShard(
                index: last.index, asOf: last.asOf,
                parents: parents.filter { childShard(of: $0.key, placement) == last.index },
                parts: isSame ? (cut?.parts ?? 0) + 1 : 1)
        }
        auditIntake.took(
            number, cut: open,
            steps: steps(after: whole, about: part.parents, listed: parents),
            at: clock.monotonic)
        reply(to: request, with: answer)
    }

    private func partNumber(
        of part: AuditPart, in request: Request
    ) throws(Refusal) -> AuditIntake.PartNumber {
        guard let source = request.envelope.source else {
            throw Refusal(.invalid, "Audit: wanted the source of the child instance")
        }
        guard part.entries.count <= Limits.auditEntriesPerPartMax,
            part.shards.count <= Limits.shardCountMax
        else {
            throw Refusal(
                .tooLarge,
                "Audit: wanted at most \(Limits.auditEntriesPerPartMax) entries and "
                    + "\(Limits.shardCountMax) shards",
                found: "\(part.entries.count) entries, \(part.shards.count) shards")
        }
        do {
            return AuditIntake.PartNumber(
                instance: try InstanceName(source.instance), startNumber: source.startNumber,
                audit: part.audit, part: part.part)
        } catch {
            throw Refusal(.invalid, "Audit: source \(source.instance): \(error)")
        }
    }

    private func childShard(of child: TwinKey, _ placement: Placement) -> UInt16 {
        placement.shard(of: TwinAddress(tier: Service.childTier, key: child)).index
    }

    /// The shards that the part names, by index; without those of a stale owner.
    private func namedShards(
        of part: AuditPart, after cut: AuditIntake.CutShard?, _ placement: Placement
    ) throws(Refusal) -> [AuditPart.Shard?] {
        let count = placement.shardCounts[Service.childTier]
        var named = [AuditPart.Shard?](repeating: nil, count: count)
        for shard in part.shards {
            guard Int(shard.index) < count else {
                throw Refusal(
                    .invalid, "Audit: shard \(shard.index)", found: "\(shard.index)",
                    wanted: "at most \(count - 1)")
            }
            named[Int(shard.index)] = shard
        }
        if let cut {
            guard let first = part.shards.first, first.index == cut.index, first.asOf == cut.asOf
            else {
                throw Refusal(
                    .invalid, "Audit: the part before ended in shard \(cut.index)",
                    found: part.shards.first.map { "\($0.index) at \($0.asOf)" },
                    wanted: "\(cut.index) at \(cut.asOf)")
            }
            guard cut.parts < Limits.auditPartsPerShardMax else {
                throw Refusal(
                    .tooLarge, "Audit: shard \(cut.index) spans too many parts",
                    wanted: "at most \(Limits.auditPartsPerShardMax)")
            }
        }
        for entry in part.entries where named[Int(childShard(of: entry.child, placement))] == nil {
            throw Refusal(
                .invalid, "Audit: \(entry.child) is in no shard that the part names",
                address: "\(Service.childTier)/\(entry.child)",
                found: "\(childShard(of: entry.child, placement))")
        }
        for shard in part.shards {
            let id = ShardID(tier: Service.childTier, index: shard.index)
            if shard.epoch < placement[id]?.epoch ?? .none { named[Int(shard.index)] = nil }
        }
        return named
    }

    private func hear(
        _ entry: AuditPart.Entry, of named: [AuditPart.Shard?], _ placement: Placement,
        into parents: inout [TwinKey: TwinKey], _ answer: inout ReceiptBatch
    ) {
        let childShard = childShard(of: entry.child, placement)
        guard let source = named[Int(childShard)] else { return }
        let index = Int(placement.shard(of: TwinAddress(tier: tier, key: entry.parent)).index)
        guard let epoch = shards[index]?.epoch,
            let known = shards[index]?.conditions.sourceEpochs[childShard]
        else {
            answer.notOwned += 1
            return
        }
        guard source.epoch >= known else { return }
        parents[entry.child] = entry.parent
        let parent = twin(entry.parent, in: index)
        guard parent?.lacks(entry.child, at: entry.version) ?? true else { return }
        // What is quarantined here would only be refused again.
        let digest = Self.digest(ofStatusOf: entry.child, at: entry.version, isLeaving: false)
        guard ban(on: entry.parent.bytes.span, digest: digest) == nil else { return }
        answer.entries.append(
            ReceiptBatch.Entry(
                shard: UInt16(index), epoch: epoch, child: entry.child,
                receipt: Receipt(
                    parent: entry.parent, version: .none, disposition: .lacking,
                    folds: FoldSet())))
    }

    /// What follows from shards that are told whole: children that are not listed under the parent
    /// that holds them leave it, and the parents' shards need not await those shards any more.
    private func steps(
        after whole: [AuditPart.Shard?], about parents: ShardSet, listed: [TwinKey: TwinKey]
    ) -> [AuditIntake.Step] {
        var steps: [AuditIntake.Step] = []
        let answered = ShardSet(whole.compactMap { $0?.index })
        for index in ownedIndices where parents.contains(UInt16(index)) {
            guard let shard = shards[index] else { continue }
            for slot in shard.slots {
                guard let twin = slot.twin else { continue }
                twin.forEachChild { child, childShard, version in
                    guard Int(childShard) < whole.count, let told = whole[Int(childShard)],
                        listed[child] != twin.key, version < told.asOf
                    else { return }
                    steps.append(
                        .leave(
                            shard: UInt16(index), parent: twin.key, child: child,
                            childShard: childShard, told.asOf))
                }
            }
            let awaited = shard.conditions.awaitedChildShards
            let news = awaited.intersection(answered)
            if !news.isEmpty { steps.append(.answered(shard: UInt16(index), news)) }
        }
        return steps
    }

    // MARK: steps

    /// Journals and steps what lists have led to; at most `Limits.auditStepsPerTurnMax` a turn.
    package mutating func stepAudits() {
        var left = Limits.auditStepsPerTurnMax
        while left > 0, let step = auditIntake.nextStep() {
            left -= 1
            switch step {
            case .leave(let shard, let parent, let child, let childShard, let asOf):
                leave(child, of: childShard, from: parent, in: Int(shard), as: asOf)
            case .answered(let shard, let children):
                answered(children, in: Int(shard))
            case .look(let shard):
                look(Int(shard))
            }
        }
    }

    /// A child that its shard does not list leaves, as if it had said so itself at that version: a
    /// parent that holds something newer keeps it.
    private mutating func leave(
        _ child: TwinKey, of childShard: UInt16, from parent: TwinKey, in index: Int,
        as asOf: Version
    ) {
        guard let known = shards[index]?.conditions.sourceEpochs[childShard],
            let twin = twin(parent, in: index)
        else { return }
        guard asOf.epoch >= known else { return }
        let message = ChildMessage<Twin.ChildStatus>(child: child, version: asOf, status: nil)
        guard twin.isNews(message) else { return }
        if asOf.epoch > max(known, .first) {
            take(.sourceEpoch(shard: childShard, asOf.epoch), in: index)
        }
        takeOwn(
            Twin.input(for: message), ordinal: twin.ordinal,
            digest: Self.digest(ofStatusOf: child, at: asOf, isLeaving: true), in: index)
    }

    private mutating func answered(_ children: ShardSet, in index: Int) {
        guard let conditions = shards[index]?.conditions else { return }
        let awaited = conditions.awaitedChildShards
        let left = awaited.subtracting(children)
        guard left != awaited else { return }
        take(.awaitedChildShards(left), in: index)
        if left.subtracting(conditions.unheardChildShards).isEmpty { look(index) }
    }

    private mutating func look(_ index: Int) {
        guard let awaited = shards[index]?.conditions.awaitedChildShards else { return }
        let digest = Self.digest(ofUnheard: awaited, seed: InputSeed.awaited)
        for ordinal in shards[index]?.ordinals ?? [] {
            takeOwn(Twin.childShardsInput, ordinal: ordinal, digest: digest, in: index)
        }
    }

    // MARK: asking

    /// Asks the owners of child shards whose list is awaited, until it has come.
    package mutating func askAudits() {
        guard case .member = membership, let placement else { return }
        var awaited = ShardSet()
        for index in shards.indices where shards[index]?.glance().awaitsAudits == true {
            if let shards = shards[index]?.conditions.awaitedChildShards {
                awaited.formUnion(shards)
            }
        }
        var instances: [InstanceName] = []
        for index in awaited.indices {
            let shard = ShardID(tier: Service.childTier, index: index)
            guard let owner = placement[shard]?.instance, !instances.contains(owner) else {
                continue
            }
            instances.append(owner)
        }
        for instance in auditIntake.toAsk(instances, at: clock.monotonic) {
            send(
                .event, .askAudit, to: .instance(Service.childTier, instance),
                Payload.pack(AuditAsk()))
        }
    }
}
