package import Msgpack
internal import TwinCore
package import TwinStore
internal import TwinWire

/// Brings an instance back from its files: rows first, then the journal behind them.
///
/// Emits no alerts and no messages. What was read is durable before anything is sent: opening the
/// journal and the rows has synced both.
package enum Recovery {
    /// Code and configuration that steps twins; part of rows, so that an upgrade is noticed.
    package static let replayVersion = "1"

    /// What recovery found, for the log.
    package struct Report: Sendable {
        package var twins = 0
        package var shards = 0
        package var records = 0
    }

    /// Loads rows and replays the journal into `core`.
    package static func run<Service: TierService, D: Disk>(
        _ core: inout InstanceCore<Service>, rows: some Rows, journal: borrowing Journal<D>,
        from first: RecordNumber
    ) throws(StoreError) -> Report {
        var report = Report()
        for row in try rows.loadShards() {
            try load(row, rows: rows, into: &core)
            report.shards += 1
        }
        try journal.replay(from: first) { number, bytes throws(StoreError) in
            do throws(MsgpackError) {
                try replay(bytes, number: number.rawValue, into: &core)
            } catch {
                throw StoreError(
                    .corrupt, "journal record \(number) was whole and not understood: \(error)")
            }
            report.records += 1
        }
        core.inHand?.release()
        finish(&core)
        for index in core.ownedIndices { report.twins += core.shards[index]?.twinCount ?? 0 }
        return report
    }

    /// After the last record: arms the timers and queues what twins owe.
    package static func finish<Service: TierService>(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices { core.shards[index]?.armAllTimers() }
        Service.recovered(core: &core)
    }

    private static func load<Service: TierService>(
        _ row: ShardRow, rows: some Rows, into core: inout InstanceCore<Service>
    ) throws(StoreError) {
        let id = ShardID(tier: core.tier, index: row.shard)
        let header: ShardHeader
        do {
            header = try MsgpackDecoder.decode(
                ShardHeader.self, from: row.state, limits: Self.rowLimits)
        } catch {
            throw StoreError(.corrupt, "the row of shard \(id) was not understood: \(error)")
        }
        let newest = try rows.newestAlert(shard: row.shard)
        let place =
            newest.map { AlertTail.Place(epoch: $0.epoch, sequence: $0.sequence) } ?? .none
        if case .candidate(let epoch, let digest) = row.custody {
            var arrival = Arrival<Service.Twin>(epoch: epoch, number: nil)
            arrival.header = header
            arrival.digest = digest
            arrival.newestAlert = place
            try forEachTwin(of: row, header, rows, Service.Twin.self) { twin, row in
                arrival.twins[twin.ordinal] = .init(
                    twin: twin,
                    entry: HandoffDigest.entry(position: row.position, state: row.state ?? []))
            } buried: { _ in
            }
            core.arrivals[row.shard] = arrival
            return
        }
        var shard = Shard<Service.Twin>(id: id, header: header)
        var buried: Set<UInt32> = []
        try forEachTwin(of: row, header, rows, Service.Twin.self) { twin, row in
            shard.restore(twin, position: row.position)
        } buried: {
            buried.insert($0)
        }
        shard.buried = buried
        core.alerts.begin(shard: row.shard, after: place)
        core.adopt(shard, row.custody, running: header.running)
    }

    private static func forEachTwin<Twin: ShardTwin>(
        of shard: ShardRow, _ header: ShardHeader, _ rows: some Rows, _: Twin.Type,
        _ body: (Twin, TwinRow) -> Void, buried: (UInt32) -> Void
    ) throws(StoreError) {
        try rows.forEachTwin(shard: shard.shard) { row throws(StoreError) in
            guard let state = row.state else { return buried(row.ordinal) }
            do throws(MsgpackError) {
                let twin = try MsgpackDecoder.decode(
                    Twin.self, from: state.span, limits: Self.rowLimits,
                    userInfo: [.metricSets: header.metricSets])
                body(twin, row)
            } catch {
                throw StoreError(
                    .corrupt, "the row of \(Twin.tier)/\(row.key) was not understood: \(error)")
            }
        }
    }

    static let rowLimits = MsgpackLimits(itemsMax: 4_000_000)

    /// Applies one record: ownership, inputs in order, alert records into memory. After an error
    /// the core is of no use: what stood before the error is applied.
    package static func replay<Service: TierService>(
        _ bytes: Span<UInt8>, number: UInt64, into core: inout InstanceCore<Service>
    ) throws(MsgpackError) {
        var unpacker = Unpacker(bytes)
        let header = try JournalHeader(from: &unpacker)
        core.replayBegan(header.time)
        for birth in header.births { core.replay(birth, at: header.time, record: number) }
        for move in header.moves { core.replay(move, at: header.time) }
        for _ in 0..<header.sectionCount {
            let section = try JournalSection(from: &unpacker)
            var position = section.firstPosition
            var arena: [Float] = []
            for _ in 0..<section.inputCount {
                arena.removeAll(keepingCapacity: true)
                let offset = unpacker.offset
                let input = try ShardInputCoding.unpack(
                    Service.Twin.self, from: &unpacker, wall: header.time.wall, arena: &arena)
                if let objection = core.objection(to: input, in: section) {
                    throw MsgpackError(
                        .invalidValue, wanted: objection.wanted, found: objection.found,
                        offset: offset)
                }
                core.replay(
                    input, in: section, at: position, arena: arena, time: header.time,
                    record: number)
                position = position.next
            }
            for _ in 0..<(try unpacker.readArrayHeader()) {
                let alert = try LoggedAlert(
                    from: &unpacker, shard: section.shard, epoch: section.epoch)
                core.replay(alert, record: number)
            }
        }
        try unpacker.expectEnd()
    }
}

extension InstanceCore {
    /// Takes over a shard that the rows had.
    mutating func adopt(_ shard: Shard<Twin>, _ custody: ShardCustody, running: Milliseconds) {
        let index = Int(shard.id.index)
        reserveShards(index + 1)
        if case .released(let to, let epoch, let digest) = custody {
            part(shard, to: to, epoch: epoch, digest: digest)
        } else {
            shards[index] = shard
        }
        time.running = max(time.running, running)
    }

    mutating func replayBegan(_ recorded: TurnTime) {
        time.running = max(time.running, recorded.running)
    }

    private mutating func part(
        _ shard: Shard<Twin>, to: InstanceName, epoch: Epoch, digest: UInt64
    ) {
        var departure = Departure<Twin>(to: to, epoch: epoch, number: 0)
        departure.phase = .released(digest: digest)
        departure.shard = shard
        departures[shard.id.index] = departure
        alerts.close(shard: shard.id.index)
    }

    /// A move's durable step: the same as live, without messages.
    mutating func replay(_ move: OwnershipMove, at recorded: TurnTime) {
        switch move {
        case .released(let released):
            let index = Int(released.index)
            guard index < shards.count, let shard = shards[index], shard.epoch < released.epoch
            else { return }
            shards[index] = nil
            part(shard, to: released.to, epoch: released.epoch, digest: released.digest)
        case .acquired(let index, let epoch, let digest):
            reserveShards(Int(index) + 1)
            guard shards[Int(index)] == nil, let arrival = arrivals[index],
                arrival.digest == digest,
                let shard = arrival.shard(
                    ShardID(tier: tier, index: index), at: epoch, running: recorded.running)
            else { return }
            arrivals[index] = nil
            shards[Int(index)] = shard
            alerts.begin(shard: index, after: arrival.newestAlert)
        case .forgotten(let index, let epoch):
            let isStale =
                departures[index] == nil && index < shards.count
                && (shards[Int(index)]?.epoch).map { $0 < epoch } ?? false
            guard isStale || departures[index]?.epoch == epoch else { return }
            if isStale {
                // Nobody had released it: it was served elsewhere, and a person let it go.
                shards[Int(index)] = nil
                alerts.close(shard: index)
            }
            departures[index] = nil
            // A newer copy of the shard may stand in the rows already.
            if arrivals[index] == nil { handoffJobs.append(.discard(shard: index)) }
        }
    }

    mutating func replay(_ birth: ShardBirth, at recorded: TurnTime, record: UInt64) {
        let index = Int(birth.index)
        reserveShards(index + 1)
        if let departure = departures[birth.index], birth.epoch >= departure.epoch,
            let shard = departure.shard
        {
            departures[birth.index] = nil
            shards[index] = shard
            alerts.open(shard: birth.index)
        }
        if let held = shards[index] {
            if birth.epoch > held.epoch {
                shards[index]?.reopen(at: birth.epoch, time: recorded, record: record)
            }
            return
        }
        shards[index] = Shard(
            id: ShardID(tier: tier, index: birth.index), epoch: birth.epoch,
            configuration: birth.configuration, childShardCount: birth.childShardCount,
            running: recorded.running)
    }

    /// Why an input of the journal cannot be what came next; nil when it can, or when its shard is
    /// not kept here any more.
    func objection(
        to input: ShardInput<Twin.Input>, in section: JournalSection
    ) -> ReplayObjection? {
        switch place(of: section) {
        case .served: shards[Int(section.shard)]?.objection(to: input)
        case .givenAway: departures[section.shard]?.shard?.objection(to: input)
        case .nowhere: nil
        }
    }

    private enum ReplayPlace {
        case served, givenAway, nowhere
    }

    /// Where the inputs of a section belong. Also a shard that was given away takes those of
    /// before: its row holds the conditions of the first record that some row still needs, and the
    /// rows of its twins may be behind.
    private func place(of section: JournalSection) -> ReplayPlace {
        let index = Int(section.shard)
        if index < shards.count, shards[index]?.epoch == section.epoch { return .served }
        return departures[section.shard]?.shard?.epoch == section.epoch ? .givenAway : .nowhere
    }

    mutating func replay(
        _ input: ShardInput<Twin.Input>, in section: JournalSection, at position: Position,
        arena: [Float], time: TurnTime, record: UInt64
    ) {
        let place = place(of: section)
        guard place != .nowhere else { return }
        let index = Int(section.shard)
        let mayStep = mayReplay(input, in: section, at: position, arena: arena, wall: time.wall)
        switch (place, mayStep) {
        case (.served, true):
            shards[index]?.replay(input, at: position, arena: arena, time: time, record: record)
        case (.served, false): shards[index]?.skip(input, at: position, record: record)
        case (.givenAway, true):
            departures[section.shard]?.shard?.replay(
                input, at: position, arena: arena, time: time, record: record)
        case (.givenAway, false):
            departures[section.shard]?.shard?.skip(input, at: position, record: record)
        case (.nowhere, _): break
        }
    }

    /// Puts a journalled input of a twin in hand; false when it has ended the process twice.
    private mutating func mayReplay(
        _ input: ShardInput<Twin.Input>, in section: JournalSection, at position: Position,
        arena: [Float], wall: Timestamp
    ) -> Bool {
        guard let inHand else { return true }
        let key =
            shards[Int(section.shard)]?.keyBytes(of: input)
            ?? departures[section.shard]?.shard?.keyBytes(of: input)
        guard let key else {
            inHand.release()
            return true
        }
        let digest = Self.digest(ofJournalled: position, in: section)
        guard !holds(key.span, digest: digest) else { return true }
        inHand.release()
        var bytes = Packer()
        ShardInputCoding.pack(
            input, of: Twin.self, arena: arena, wall: wall, scratch: &scratch, into: &bytes)
        keep(
            key.span, digest: digest,
            QuarantinedInput(
                form: .journalled, destination: "\(tier)#\(section.shard)", type: nil,
                payload: bytes.bytes))
        return false
    }

    mutating func replay(_ alert: LoggedAlert, record: UInt64) {
        let place = AlertTail.Place(epoch: alert.epoch, sequence: alert.sequence)
        let index = Int(alert.shard)
        // Of a shard that has left altogether its new owner tells: its rows are gone from here.
        guard index < shards.count,
            shards[index]?.epoch != nil || departures[alert.shard]?.shard != nil
        else { return }
        shards[index]?.noteReplayed(alertSequence: alert.sequence)
        guard alerts.isBeyondRows(shard: alert.shard, place) else { return }
        alerts.append(alert, journalRecord: record)
    }
}
