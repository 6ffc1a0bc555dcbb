package import TwinCore
internal import TwinWire

/// The child's side of the audit: the whole list of its children for each parent instance.
///
/// Each shard is listed as of the moment its part is built, so no turn lists more than a part and
/// one shard; the list leaves with the turn's commit, like everything that shows state. Costs a
/// visit of every twin per parent instance every five minutes, and about 70 bytes a child.
extension InstanceCore where Service: ChildService {
    /// Sends the parts that are due, one in flight per parent instance.
    package mutating func sendAudits() {
        guard case .member = membership, let placement else { return }
        audits.expire(at: clock.monotonic)
        while let (instance, parents, list) = audits.next(at: clock.monotonic) {
            var list = list
            let part = nextPart(
                of: &list, about: parents,
                parentShardCount: placement.shardCounts[Service.parentTier])
            let id = send(
                .request, .audit, to: .instance(Service.parentTier, instance), Payload.pack(part))
            audits.sent(list, requestID: id, at: clock.monotonic)
        }
    }

    private mutating func nextPart(
        of list: inout AuditSchedule.List, about parents: ShardSet, parentShardCount: Int
    ) -> AuditPart {
        var part = AuditPart(audit: list.number, part: list.part, parents: parents)
        while part.entries.count < Limits.auditEntriesPerPartMax {
            guard
                var open = list.rest
                    ?? nextShard(of: &list, about: parents, parentShardCount: parentShardCount)
            else { break }
            list.rest = nil
            part.shards.append(
                AuditPart.Shard(index: open.index, epoch: open.epoch, position: open.position))
            let room = Limits.auditEntriesPerPartMax - part.entries.count
            for child in open.children.prefix(room) {
                part.entries.append(
                    AuditPart.Entry(
                        child: child.key, parent: child.parent, version: child.version))
            }
            guard open.children.count > room else { continue }
            open.children.removeFirst(room)
            list.rest = open
            part.isContinued = true
        }
        let isEmpty = !shards.indices.contains { $0 >= list.nextShard && shards[$0] != nil }
        part.isLast = list.rest == nil && isEmpty
        list.isLast = part.isLast
        return part
    }

    /// The children of the next owned shard as they are now; nil after the last one.
    private mutating func nextShard(
        of list: inout AuditSchedule.List, about parents: ShardSet, parentShardCount: Int
    ) -> ShardChildren? {
        guard
            let index = shards.indices.first(where: { $0 >= list.nextShard && shards[$0] != nil })
        else { return nil }
        list.nextShard = index + 1
        return shards[index]?.children(of: parents, parentShardCount: parentShardCount)
    }

    /// A parent instance does not know its whole picture and asks for the list.
    package mutating func heardAuditAsk(_ request: Request) throws(Refusal) {
        guard let source = request.envelope.source else {
            throw Refusal(.invalid, "AskAudit: wanted the source of the parent instance")
        }
        do {
            audits.asked(by: try InstanceName(source.instance), at: clock.monotonic)
        } catch {
            throw Refusal(.invalid, "AskAudit: source \(source.instance): \(error)")
        }
    }

    /// A parent instance took a part, with a word to each child whose version it lacks; or refused
    /// it, and the list begins again.
    mutating func heardAuditAnswer(
        _ envelope: Envelope, _ payload: Span<UInt8>
    ) throws(Refusal) {
        guard envelope.type == .audit else {
            return audits.failed(envelope.requestID, at: clock.monotonic)
        }
        let batch = try Payload.unpack(ReceiptBatch.self, from: payload, of: .audit)
        audits.answered(envelope.requestID, at: clock.monotonic)
        for entry in batch.entries { take(entry) }
    }

    // MARK: epochs of parents

    /// Whether a word comes from the present owner of its parent shard.
    ///
    /// The first one under a higher epoch makes the children of that parent shard owe again: what
    /// an owner before receipted may be lost with it. Those of the same shard at once, the other
    /// shards' in the next turns.
    mutating func isPresent(_ entry: ReceiptBatch.Entry, in index: Int) -> Bool {
        guard let placement, let known = shards[index]?.parentEpochs[entry.shard],
            placement.shard(
                of: TwinAddress(tier: Service.parentTier, key: entry.receipt.parent)
            ).index == entry.shard, entry.epoch >= known
        else {
            counters.staleReceipts += 1
            return false
        }
        // Under the first epoch no owner came before.
        guard entry.epoch > max(known, .first) else { return true }
        take(.parentEpoch(shard: entry.shard, entry.epoch), in: index)
        oweAgain(toParentsIn: entry.shard, from: index)
        audits.heard(entry.epoch, of: entry.shard)
        return true
    }

    /// Tells the other shards of this instance which parent shards have a higher epoch. Costs a
    /// visit of every twin for each of them; at most `Limits.parentEpochsPerTurnMax` a turn.
    package mutating func followParentEpochs() {
        for _ in 0..<Limits.parentEpochsPerTurnMax {
            guard let (shard, epoch) = audits.nextEpoch() else { return }
            for index in ownedIndices {
                guard let known = shards[index]?.parentEpochs[shard], known < epoch,
                    !children(of: shard, in: index).isEmpty
                else { continue }
                take(.parentEpoch(shard: shard, epoch), in: index)
                oweAgain(toParentsIn: shard, from: index)
            }
        }
    }

    private mutating func oweAgain(toParentsIn parentShard: UInt16, from index: Int) {
        for ordinal in children(of: parentShard, in: index) {
            guard let twin = shards[index]?.twin(ordinal: ordinal), let parent = twin.presentParent
            else { continue }
            let forgotten = Receipt(
                parent: parent, version: .none, disposition: .lacking, folds: FoldSet())
            guard !twin.isSettled(by: forgotten) else { continue }
            takeOwn(
                Twin.input(for: forgotten), ordinal: ordinal, digest: Self.digest(of: forgotten),
                in: index)
        }
    }

    /// The ordinals of a shard's twins whose present parent is in `parentShard`.
    private mutating func children(of parentShard: UInt16, in index: Int) -> [UInt32] {
        guard let count = placement?.shardCounts[Service.parentTier] else { return [] }
        return shards[index]?.ordinals(
            ofChildrenOf: parentShard, parentShardCount: count) ?? []
    }
}
