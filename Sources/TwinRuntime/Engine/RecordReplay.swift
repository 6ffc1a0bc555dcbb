internal import Msgpack
internal import TwinCore
internal import TwinStore
internal import TwinWire

/// Applies journal records, one after another, with the room that the last one needed.
///
/// Some inputs are read, then their twins are looked at, then they are stepped in order: so memory
/// is waited for once for all of them and not once an input. Nothing is allocated for a report that
/// is like most.
struct RecordReplay<Service: TierService>: Sendable {
    private typealias Core = InstanceCore<Service>

    /// One shard's part of the record, and what all its inputs have in common.
    private struct Section: Sendable {
        var journalled: JournalSection
        var place: Core.ReplayPlace
        /// Of its inputs' digests.
        var seed: UInt64
    }

    /// An input that was read and not applied yet.
    private struct Pending: Sendable {
        let input: ShardInput<Service.Twin.Input>
        let section: Int
        let position: Position
        /// Where it stands in the record.
        let offset: Int
        /// Of a report's twin, as its shard was before any of the pending inputs.
        var slot: Int?
    }

    private var sections: [Section] = []
    private var pending: [Pending] = []
    private var arena: [Float] = []

    /// As many as a live turn takes together: few enough to stay in the first cache.
    private static var together: Int { 64 }

    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    mutating func apply(
        _ bytes: Span<UInt8>, number: UInt64, to core: inout InstanceCore<Service>
    ) throws(MsgpackError) {
        var unpacker = Unpacker(bytes)
        let header = try JournalHeader(from: &unpacker)
        core.replayBegan(header.time)
        for birth in header.births { core.replay(birth, at: header.time, record: number) }
        for move in header.moves { core.replay(move, at: header.time) }
        for _ in 0..<header.sectionCount {
            let section = try JournalSection(from: &unpacker)
            sections.append(
                Section(
                    journalled: section, place: core.place(of: section),
                    seed: Core.digestSeed(ofJournalledIn: section)))
            var position = section.firstPosition
            for _ in 0..<section.inputCount {
                let offset = unpacker.offset
                let input = try ShardInputCoding.unpack(
                    Service.Twin.self, from: &unpacker, wall: header.time.wall, arena: &arena)
                pending.append(
                    Pending(
                        input: input, section: sections.count - 1, position: position,
                        offset: offset))
                position = position.next
                if pending.count == Self.together {
                    try step(at: header.time, record: number, &core)
                }
            }
            let alertCount = try unpacker.readArrayHeader()
            if alertCount > 0 { try step(at: header.time, record: number, &core) }
            for _ in 0..<alertCount {
                let alert = try LoggedAlert(
                    from: &unpacker, shard: section.shard, epoch: section.epoch)
                core.replay(alert, record: number)
            }
        }
        try step(at: header.time, record: number, &core)
        sections.removeAll(keepingCapacity: true)
        try unpacker.expectEnd()
    }

    /// Applies what is pending.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    private mutating func step(
        at time: TurnTime, record: UInt64, _ core: inout InstanceCore<Service>
    ) throws(MsgpackError) {
        // Bytes that end the process while they are read are no twin's.
        defer { core.inHand?.release() }
        find(in: &core)
        for place in pending.indices {
            let section = sections[pending[place].section]
            if case .report(let report) = pending[place].input, let slot = pending[place].slot,
                Service.replayUsual(
                    report, slot: slot,
                    as: ReplayedPlace(
                        shard: Int(section.journalled.shard), position: pending[place].position,
                        digest: InputDigest.of(
                            pending[place].position.rawValue, seed: section.seed), time: time,
                        record: record), arena: arena, core: &core)
            {
                continue
            }
            try replay(pending[place], in: section.journalled, at: time, record: record, &core)
        }
        pending.removeAll(keepingCapacity: true)
        arena.removeAll(keepingCapacity: true)
    }

    /// The twins of all pending reports, in two passes like a batch's: see `ReportIntake`.
    private mutating func find(in core: inout InstanceCore<Service>) {
        for place in pending.indices {
            guard case .report(let report) = pending[place].input else { continue }
            let section = sections[pending[place].section]
            guard section.place == .served else { continue }
            pending[place].slot = core.shards[Int(section.journalled.shard)]?.slot(
                ofOrdinal: report.ordinal)
        }
        for place in pending.indices {
            guard let slot = pending[place].slot else { continue }
            let shard = Int(sections[pending[place].section].journalled.shard)
            Service.glance(at: slot, in: shard, core: &core)
        }
    }

    private func replay(
        _ pending: Pending, in section: JournalSection, at time: TurnTime, record: UInt64,
        _ core: inout InstanceCore<Service>
    ) throws(MsgpackError) {
        if let objection = core.objection(to: pending.input, in: section) {
            throw MsgpackError(
                .invalidValue, wanted: objection.wanted, found: objection.found,
                offset: pending.offset)
        }
        core.replay(
            pending.input, in: section, at: pending.position, arena: arena, time: time,
            record: record)
    }
}

/// Where and when a journalled report belongs.
package struct ReplayedPlace: Sendable {
    let shard: Int
    let position: Position
    /// By which it is known when it ends the process.
    let digest: UInt64
    let time: TurnTime
    let record: UInt64
}
