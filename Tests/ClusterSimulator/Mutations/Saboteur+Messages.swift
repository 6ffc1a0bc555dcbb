import Msgpack
import TwinCore
import TwinRuntime
import TwinWire

/// Tampering with what an instance reads and sends.
extension Saboteur {
    /// What an instance reads in place of a message.
    mutating func read(_ frames: [[UInt8]], as instance: String) -> [[UInt8]] {
        switch mutation {
        case .foldUnderNothing, .foldKept, .shardOfAnother, .tailNotCopied, .epochNotRaised,
            .serversUnheard:
            break
        default: return frames
        }
        guard frames.count >= 2, let envelope = envelope(frames[frames.count - 2]) else {
            return frames
        }
        switch (mutation, envelope.kind, envelope.type) {
        case (.foldUnderNothing, .reply, .statuses), (.foldUnderNothing, .event, .receipts):
            guard Service.Twin.tier == .server else { return frames }
            return Self.edited(frames) { (batch: inout ReceiptBatch) in misplaceFolds(in: &batch) }
        case (.foldKept, .reply, .statuses), (.foldKept, .event, .receipts):
            return Self.edited(frames) { (batch: inout ReceiptBatch) in keepFolds(in: &batch) }
        case (.shardOfAnother, .reply, .register):
            return Self.edited(frames) { (grant: inout RegistrationGrant) in
                take(from: &grant, as: instance)
            }
        case (.serversUnheard, .reply, .beat) where Service.Twin.tier == .rack:
            return Self.edited(frames) { (reply: inout BeatReply) in
                reply.unheardServerShards = ShardSet(0..<UInt16(World.shardsPerTier))
            }
        default: return readMove(frames, envelope, as: instance)
        }
    }

    /// What leaves an instance in place of a message; empty = nothing.
    mutating func sent(_ frames: [[UInt8]]) -> [[UInt8]] {
        switch mutation {
        case .refusalHidden, .generationInvented, .messagesCounted, .answerForgotten,
            .receiptInvented, .creditInvented, .tailNotCopied:
            break
        default: return frames
        }
        guard frames.count >= 2, let envelope = envelope(frames[frames.count - 2]) else {
            return frames
        }
        switch (mutation, envelope.kind, envelope.type) {
        case (.refusalHidden, .reply, .reportBatch):
            return Self.edited(frames) { (reply: inout ReportBatchReply) in
                reply.accepted += reply.refusedCount
                reply.refused = []
                reply.refusedCount = 0
                reply.ok = true
            }
        case (.answerForgotten, .reply, .reportBatch):
            return envelope.requestID % 8 == 0 ? [] : frames
        case (.generationInvented, .reply, .commission):
            return Self.edited(frames) { (document: inout CommandDocument) in
                document.generation = document.generation.map { $0 + 1 }
            }
        case (.creditInvented, .beat, .beat):
            return Self.edited(frames) { (beat: inout Beat) in
                creditGiven += 1 << 20
                beat.credit += creditGiven
            }
        case (.messagesCounted, .request, .statuses) where Service.Twin.tier == .rack:
            return Self.edited(frames) { (batch: inout StatusBatch<RackStatus>) in
                for index in batch.entries.indices {
                    statusesTaken += 1
                    batch.entries[index].status?.counts.servers += statusesTaken % 7
                }
            }
        case (.receiptInvented, .request, .statuses) where Service.Twin.tier == .server:
            return Self.edited(frames) { (batch: inout StatusBatch<ServerStatus>) in
                batch.entries.removeAll { withholds($0) }
            }
        default: return sentMove(frames, envelope)
        }
    }

    private func envelope(_ header: [UInt8]) -> Envelope? {
        do {
            return try Envelope(header.span)
        } catch {
            return nil
        }
    }

    /// The frames with another payload; unchanged when it is none of the wanted kind.
    static func edited<Value: Codable>(
        _ frames: [[UInt8]], _ edit: (inout Value) -> Void
    ) -> [[UInt8]] {
        do {
            var value = try MsgpackDecoder.decode(Value.self, from: frames[frames.count - 1])
            edit(&value)
            return Array(frames.dropLast()) + [Payload.pack(value)]
        } catch {
            return frames
        }
    }

    private mutating func withholds(_ entry: StatusBatch<ServerStatus>.Entry) -> Bool {
        guard entry.status != nil, withheld[entry.child] != entry.version else {
            return entry.status != nil
        }
        guard strikes(.receiptInvented, every: 3) else { return false }
        withheld[entry.child] = entry.version
        return true
    }

    /// The child believes that it has the present set, and still has every fold of before.
    private mutating func keepFolds(in batch: inout ReceiptBatch) {
        for index in batch.entries.indices {
            let child = batch.entries[index].child
            var folds = batch.entries[index].receipt.folds.entries
            let present = folds.map(\.child)
            folds += (keptFolds[child] ?? []).filter { !present.contains($0.child) }
            folds.sort { $0.child < $1.child }
            keptFolds[child] = folds
            batch.entries[index].receipt.folds.entries = folds
        }
    }

    private func misplaceFolds(in batch: inout ReceiptBatch) {
        for index in batch.entries.indices {
            let folds = batch.entries[index].receipt.folds.entries
            batch.entries[index].receipt.folds.entries = folds.map { fold in
                FoldEntry(
                    child: fold.child,
                    parent: IncidentID(
                        address: fold.parent.address, number: fold.parent.number + 1_000))
            }
        }
    }

    private func take(from grant: inout RegistrationGrant, as instance: String) {
        let shard = ShardID(tier: Service.Twin.tier, index: 0)
        guard let owner = grant.placement[shard], owner.instance.text != instance else { return }
        do {
            grant.placement[shard] = Placement.Owner(
                instance: try InstanceName(instance), epoch: owner.epoch, isBorn: false)
        } catch {
            return
        }
    }
}
