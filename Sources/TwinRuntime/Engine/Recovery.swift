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

    /// Loads rows, by so many threads, and replays the journal into `core`.
    package static func run<Service: TierService, D: Disk>(
        _ core: inout InstanceCore<Service>, rows: some Rows, journal: borrowing Journal<D>,
        from first: RecordNumber, threads: Int = 1
    ) throws(StoreError) -> Report {
        var report = Report()
        for loaded in try LoadedShard<Service.Twin>.all(in: rows, threads: threads) {
            core.adopt(loaded)
            report.shards += 1
        }
        var replay = RecordReplay<Service>()
        try journal.replay(from: first) { number, bytes throws(StoreError) in
            do throws(MsgpackError) {
                try replay.apply(bytes, number: number.rawValue, to: &core)
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

    static let rowLimits = MsgpackLimits(itemsMax: 4_000_000)

    /// Applies one record: ownership, inputs in order, alert records into memory. After an error
    /// the core is of no use: what stood before the error is applied, but for a few inputs.
    package static func replay<Service: TierService>(
        _ bytes: Span<UInt8>, number: UInt64, into core: inout InstanceCore<Service>
    ) throws(MsgpackError) {
        var replay = RecordReplay<Service>()
        try replay.apply(bytes, number: number, to: &core)
    }
}

extension InstanceCore {
    /// Takes over a shard that the rows had, or the copy of one.
    mutating func adopt(_ loaded: LoadedShard<Twin>) {
        switch loaded.content {
        case .candidate(let arrival): arrivals[loaded.index] = arrival
        case .shard(let shard, let custody, let running):
            alerts.begin(shard: loaded.index, after: loaded.newestAlert)
            adopt(shard, custody, running: running)
        }
    }

    private mutating func adopt(
        _ shard: Shard<Twin>, _ custody: ShardCustody, running: Milliseconds
    ) {
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

    enum ReplayPlace {
        case served, givenAway, nowhere
    }

    /// Where the inputs of a section belong. Also a shard that was given away takes those of
    /// before: its row holds the conditions of the first record that some row still needs, and the
    /// rows of its twins may be behind.
    func place(of section: JournalSection) -> ReplayPlace {
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
