import Msgpack
import TwinCore
import TwinRuntime
import TwinWire

/// Tampering with shards that change owners: what their old and their new owner hear, say and do.
extension Saboteur {
    /// A copy on its way out without its tail: the owner hears and says the digest of the whole
    /// shard, the rest of the cluster that of what was sent.
    struct ShortCopy {
        var entries: [UInt32: HandoffDigest.Entry] = [:]
        /// The beginning of a state that is larger than a part.
        var begun: [UInt8] = []
        var wholeDigest: UInt64?
        var shortDigest: UInt64?
    }

    // MARK: what is read and sent

    mutating func readMove(
        _ frames: [[UInt8]], _ envelope: Envelope, as instance: String
    ) -> [[UInt8]] {
        switch (mutation, envelope.kind, envelope.type) {
        case (.tailNotCopied, .reply, .handoff):
            return Self.edited(frames) { (answer: inout HandoffAnswer) in
                let copy = shortCopies.values.first { $0.shortDigest == answer.digest }
                if answer.digest != nil, let copy { answer.digest = copy.wholeDigest }
            }
        case (.epochNotRaised, .request, .handoff):
            return Self.edited(frames) { (chunk: inout HandoffChunk) in
                chunk.epoch = Self.before(chunk.epoch)
            }
        case (.epochNotRaised, .event, .placement), (.epochNotRaised, .reply, .placement):
            return Self.edited(frames) { (placement: inout Placement) in
                Self.lowerEpochs(in: &placement, for: instance)
            }
        case (.epochNotRaised, .reply, .register):
            return Self.edited(frames) { (grant: inout RegistrationGrant) in
                Self.lowerEpochs(in: &grant.placement, for: instance)
            }
        default: return frames
        }
    }

    mutating func sentMove(_ frames: [[UInt8]], _ envelope: Envelope) -> [[UInt8]] {
        guard mutation == .tailNotCopied else { return frames }
        switch (envelope.kind, envelope.type) {
        case (.request, .handoff):
            return Self.edited(frames) { (chunk: inout HandoffChunk) in forgetTail(of: &chunk) }
        case (.event, .moveReport):
            return Self.edited(frames) { (report: inout MoveReport) in
                guard let copy = shortCopies[report.index], report.digest == copy.wholeDigest
                else { return }
                report = MoveReport(
                    index: report.index, to: report.to, epoch: report.epoch,
                    number: report.number, step: report.step, digest: copy.shortDigest,
                    reason: report.reason)
            }
        default: return frames
        }
    }

    private mutating func forgetTail(of chunk: inout HandoffChunk) {
        if chunk.number == 0 { shortCopies[chunk.index] = ShortCopy() }
        guard var copy = shortCopies[chunk.index] else { return }
        if chunk.digest != nil, chunk.number > 0, copy.begun.isEmpty { chunk.twins.removeAll() }
        for piece in chunk.twins {
            copy.begun += piece.state
            guard piece.isContinued != true else { continue }
            copy.entries[piece.ordinal] = HandoffDigest.entry(
                position: piece.position, state: copy.begun)
            copy.begun.removeAll()
        }
        for ordinal in chunk.gone { copy.entries[ordinal] = nil }
        if let whole = chunk.digest, let header = chunk.header {
            copy.wholeDigest = whole
            copy.shortDigest = HandoffDigest.of(header, copy.entries)
            chunk.digest = copy.shortDigest
        }
        shortCopies[chunk.index] = copy
    }

    private static func lowerEpochs(in placement: inout Placement, for instance: String) {
        for move in placement.moves where move.to.text == instance {
            placement.set(
                ShardMove(
                    shard: move.shard, from: move.from, to: move.to, epoch: before(move.epoch),
                    number: move.number, releasedDigest: move.releasedDigest))
        }
    }

    private static func before(_ epoch: Epoch) -> Epoch { Epoch(rawValue: epoch.rawValue - 1) }

    // MARK: what is done

    /// What was given away is served all the same.
    func serveReleased(_ core: inout InstanceCore<Service>) {
        for index in core.givenAway.map(Int.init) where core.shards[index]?.epoch == nil {
            core.shards[index] = core.kept(index)
        }
    }

    /// A copy is the shard as soon as it is whole, as if its owner had released it.
    func serveCandidates(_ core: inout InstanceCore<Service>) {
        for candidate in core.candidates {
            let shard = ShardID(tier: Service.Twin.tier, index: candidate.index)
            guard var placement = core.placement, var move = placement.move(of: shard),
                move.to == core.name, move.releasedDigest == nil, move.epoch == candidate.epoch
            else { continue }
            move.releasedDigest = candidate.digest
            placement.set(move)
            core.follow(placement)
        }
    }

    /// The record as it is written: for a release that is none, without it.
    func written(_ record: [UInt8]) -> [UInt8] {
        guard mutation == .releaseNotJournalled else { return record }
        do {
            var unpacker = Unpacker(record.span)
            var header = try JournalHeader(from: &unpacker)
            let first = unpacker.offset
            header.moves.removeAll { move in
                guard case .released = move else { return false }
                return true
            }
            var packer = Packer()
            header.pack(into: &packer)
            return packer.bytes + record[first...]
        } catch {
            return record
        }
    }
}
