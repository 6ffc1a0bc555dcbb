package import TwinCore
internal import TwinStore
internal import TwinWire

/// What racks and data centers have in common as parents: taking statuses, giving receipts.
package protocol ParentService: TierService where Twin: ParentTwin, Twin.ChildStatus: Codable {
    static var childTier: Tier { get }
}

extension InstanceCore where Service: ParentService {
    /// Takes a batch of statuses and answers with the receipts, whole, for every entry.
    package mutating func takeStatuses(
        _ request: Request, _ payload: Span<UInt8>
    ) throws(Refusal) {
        let batch = try Payload.unpack(
            StatusBatch<Twin.ChildStatus>.self, from: payload, of: .statuses)
        guard batch.entries.count <= Limits.statusesPerBatchMax else {
            throw Refusal(
                .tooLarge,
                "Statuses: wanted at most \(Limits.statusesPerBatchMax) entries, "
                    + "found \(batch.entries.count)")
        }
        guard let placement else {
            throw Refusal(.unavailable, "\(name) is not registered with its broker yet")
        }
        var answer = ReceiptBatch(entries: [])
        for entry in batch.entries {
            let address = TwinAddress(tier: tier, key: entry.parent)
            let index = Int(placement.shard(of: address).index)
            // Field by field: a shard that is held while it steps is copied with all its twins.
            guard let epoch = shards[index]?.glance().epoch,
                let known = shards[index]?.conditions.sourceEpochs[entry.shard]
            else {
                answer.notOwned += 1
                continue
            }
            let child = ShardID(tier: Service.childTier, index: entry.shard)
            // An owner that gave the shard away, or lost it, is not heard any more.
            guard entry.epoch >= known, entry.epoch >= placement[child]?.epoch ?? .none else {
                continue
            }
            if entry.epoch > known {
                take(.sourceEpoch(shard: entry.shard, entry.epoch), in: index)
            }
            answer.entries.append(
                ReceiptBatch.Entry(
                    shard: UInt16(index), epoch: epoch, child: entry.child,
                    receipt: receiptUnlessQuarantined(for: entry, in: index)))
        }
        reply(to: request, with: answer)
    }

    /// Steps the status with it in hand; one that has ended the process twice is answered so, and
    /// its sender stops repeating that version.
    private mutating func receiptUnlessQuarantined(
        for entry: StatusBatch<Twin.ChildStatus>.Entry, in index: Int
    ) -> Receipt {
        let digest = Self.digest(
            ofStatusOf: entry.child, at: entry.version, isLeaving: entry.status == nil)
        defer { inHand?.inputDone() }
        guard !holds(entry.parent.bytes.span, digest: digest) else {
            return receipt(for: entry, in: index)
        }
        keep(
            entry.parent.bytes.span, digest: digest,
            QuarantinedInput(
                form: .message, destination: "\(tier)@\(name)",
                type: MessageType.statuses.rawValue,
                payload: Payload.pack(StatusBatch(entries: [entry]))))
        counters.refused[Refusal.Code.quarantined.rawValue, default: 0] += 1
        return Receipt(
            parent: entry.parent, version: entry.version,
            disposition: .refused(reason: Refusal.Code.quarantined.rawValue), folds: FoldSet())
    }

    private mutating func receipt(
        for entry: StatusBatch<Twin.ChildStatus>.Entry, in index: Int
    ) -> Receipt {
        let message = ChildMessage(
            child: entry.child, version: entry.version, status: entry.status)
        guard let twin = twin(entry.parent, in: index) else {
            return receiptOfUnborn(entry, message, in: index)
        }
        if twin.isNews(message) {
            take(.twin(ordinal: twin.ordinal, Twin.input(for: message)), in: index)
        }
        let now = self.twin(entry.parent, in: index)
        return now?.receipt(for: entry.child) ?? farewell(entry)
    }

    private mutating func receiptOfUnborn(
        _ entry: StatusBatch<Twin.ChildStatus>.Entry, _ message: ChildMessage<Twin.ChildStatus>,
        in index: Int
    ) -> Receipt {
        guard entry.status != nil,
            let birth = shards[index]?.birth(of: entry.parent, Twin.input(for: message))
        else { return farewell(entry) }
        take(birth, in: index)
        return twin(entry.parent, in: index)?.receipt(for: entry.child) ?? farewell(entry)
    }

    /// To a child of a parent that does not exist: nothing more is owed.
    private func farewell(_ entry: StatusBatch<Twin.ChildStatus>.Entry) -> Receipt {
        Receipt(
            parent: entry.parent, version: entry.version, disposition: .notMember,
            folds: FoldSet())
    }

    /// Notes that a parent's children may not know its present folds.
    package mutating func oweFolds(_ twin: Twin, in shard: Int) {
        let newest = twin.owedChildren.map { twin.receipt(for: $0).folds.version }.max()
        guard let newest else { return }
        foldDebts.owe(
            shard: UInt16(shard), ordinal: twin.ordinal, version: newest, at: clock.monotonic)
    }

    package mutating func oweAllFolds() {
        for index in ownedIndices { oweFolds(shard: index) }
    }

    /// Notes what the children of one shard's twins may not know.
    package mutating func oweFolds(shard index: Int) {
        for slot in shards[index]?.slots ?? [] {
            if let twin = slot.twin { oweFolds(twin, in: index) }
        }
    }

    /// Tells children their folds, until their statuses name the set.
    package mutating func sendFolds() {
        guard case .member = membership, let placement else { return }
        var batches: [(instance: InstanceName, entries: [ReceiptBatch.Entry])] = []
        for parent in foldDebts.due(at: clock.monotonic) {
            guard let shard = shards[Int(parent.shard)],
                let twin = shard.twin(ordinal: parent.ordinal)
            else {
                foldDebts.settle(parent)
                continue
            }
            let children = twin.owedChildren
            if children.isEmpty { foldDebts.settle(parent) }
            for child in children {
                let address = TwinAddress(tier: Service.childTier, key: child)
                guard let owner = placement[placement.shard(of: address)] else { continue }
                let entry = ReceiptBatch.Entry(
                    shard: parent.shard, epoch: shard.epoch, child: child,
                    receipt: twin.receipt(for: child))
                if let index = batches.firstIndex(where: { $0.instance == owner.instance }) {
                    batches[index].entries.append(entry)
                } else {
                    batches.append((owner.instance, [entry]))
                }
            }
        }
        for batch in batches {
            for start in stride(
                from: 0, to: batch.entries.count, by: Limits.receiptsPerBatchMax)
            {
                let end = min(start + Limits.receiptsPerBatchMax, batch.entries.count)
                send(
                    .event, .receipts, to: .instance(Service.childTier, batch.instance),
                    Payload.pack(ReceiptBatch(entries: Array(batch.entries[start..<end]))))
            }
        }
    }

    /// Child shards that are unheard now: journalled, then every twin looks at its quorum.
    package mutating func hearAbsence(of shards: ShardSet) {
        let digest = Self.digest(ofUnheard: shards)
        for index in ownedIndices
        where self.shards[index]?.knowsUnheard(shards) == false {
            take(.childShards(shards), in: index)
            for ordinal in self.shards[index]?.ordinals ?? [] {
                takeOwn(
                    Twin.childShardsInput, ordinal: ordinal, digest: digest, in: index)
            }
        }
    }
}
