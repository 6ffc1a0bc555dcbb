package import TwinCore
internal import TwinStore
package import TwinWire

/// What servers and racks have in common as children: telling their parents until receipted.
package protocol ChildService: TierService where Twin: ChildTwin, Twin.Status: Codable {
    static var parentTier: Tier { get }
}

extension InstanceCore where Service: ChildService {
    /// Queues what a twin owes its parents.
    package mutating func owe(_ twin: Twin, in shard: Int) {
        owe(twin.ordinal, to: twin.owedParents, in: shard)
    }

    /// The same of a twin by its number.
    package mutating func owe(_ ordinal: UInt32, to parents: [TwinKey], in shard: Int) {
        let parentTier = Service.parentTier
        for parent in parents {
            let owner = placement.flatMap { placement in
                placement[placement.shard(of: TwinAddress(tier: parentTier, key: parent))]
            }
            owing.owe(
                Debt(shard: UInt16(shard), ordinal: ordinal, parent: parent),
                to: owner?.instance)
        }
    }

    /// Queues what all twins owe; after recovery.
    package mutating func oweEverything() {
        for index in ownedIndices { owe(shard: index) }
    }

    /// Queues what the twins of one shard owe.
    package mutating func owe(shard index: Int) {
        for slot in shards[index]?.slots ?? [] {
            if let twin = slot.twin { owe(twin, in: index) }
        }
    }

    /// Sends the batches that are due, one in flight per parent instance.
    package mutating func sendStatuses() {
        guard case .member = membership else { return }
        for debt in owing.expire(at: clock.monotonic) { oweAgain(debt) }
        while let (instance, batch) = owing.nextBatch(
            requestID: drawRequestID(), at: clock.monotonic)
        {
            sendBatch(batch, to: instance)
        }
    }

    private mutating func sendBatch(_ batch: OwingQueue.Batch, to instance: InstanceName) {
        var entries: [StatusBatch<Twin.Status>.Entry] = []
        for debt in batch.debts {
            guard let epoch = shards[Int(debt.shard)]?.epoch,
                let message = shards[Int(debt.shard)]?.message(
                    of: debt.ordinal, for: debt.parent)
            else { continue }
            entries.append(
                StatusBatch.Entry(
                    shard: debt.shard, epoch: epoch, parent: debt.parent,
                    child: message.child, version: message.version, status: message.status))
        }
        guard !entries.isEmpty else {
            owing.answered(batch.requestID, hasProgress: true, at: clock.monotonic)
            return
        }
        var payload = Payload.pack(StatusBatch(entries: entries))
        // What does not fit now is owed again when the answer comes.
        while payload.count > Limits.statusBatchBytesMax, entries.count > 1 {
            entries.removeLast(entries.count / 2)
            payload = Payload.pack(StatusBatch(entries: entries))
        }
        let envelope = Envelope(
            kind: .request, type: .statuses, requestID: batch.requestID, source: source)
        let destination = Destination.instance(Service.parentTier, instance)
        messages.append([Array(destination.description.utf8), envelope.packed, payload])
    }

    /// A parent instance answered a batch, or told its folds by itself.
    package mutating func heardReceipts(
        _ envelope: Envelope, _ payload: Span<UInt8>
    ) throws(Refusal) {
        let debts = owing.debts(inFlight: envelope.requestID)
        guard !audits.isInFlight(envelope.requestID) else {
            return try heardAuditAnswer(envelope, payload)
        }
        guard envelope.type != .refused else {
            _ = owing.failed(envelope.requestID, at: clock.monotonic)
            for debt in debts { oweAgain(debt) }
            return
        }
        let batch = try Payload.unpack(ReceiptBatch.self, from: payload, of: .receipts)
        for entry in batch.entries { take(entry) }
        guard !debts.isEmpty else { return }
        let left = debts.filter { stillHolds($0) }
        owing.answered(
            envelope.requestID, hasProgress: left.count < debts.count, at: clock.monotonic)
        for debt in left { oweAgain(debt) }
    }

    /// Takes one parent's word to one child, unless it is a stale owner's or changes nothing.
    mutating func take(_ entry: ReceiptBatch.Entry) {
        guard let placement else { return }
        let index = Int(placement.shard(of: TwinAddress(tier: tier, key: entry.child)).index)
        guard owns(index), isPresent(entry, in: index) else { return }
        guard let slot = shards[index]?.findInPlace(entry.child),
            let ordinal = shards[index]?.unsettledOrdinal(slot: slot, by: entry.receipt)
        else { return }
        let digest = Self.digest(of: entry.receipt)
        defer { inHand?.inputDone() }
        guard holds(entry.child.bytes.span, digest: digest) else {
            let alone = ReceiptBatch(entries: [entry])
            return keep(
                entry.child.bytes.span, digest: digest,
                QuarantinedInput(
                    form: .message, destination: "\(tier)@\(name)",
                    type: MessageType.receipts.rawValue, payload: Payload.pack(alone)))
        }
        take(.twin(ordinal: ordinal, Twin.input(for: entry.receipt)), in: index)
    }

    private mutating func stillHolds(_ debt: Debt) -> Bool {
        shards[Int(debt.shard)]?.owes(debt.ordinal, to: debt.parent) ?? false
    }

    private mutating func oweAgain(_ debt: Debt) {
        guard let twin = shards[Int(debt.shard)]?.twin(ordinal: debt.ordinal) else { return }
        owe(twin, in: Int(debt.shard))
    }
}
