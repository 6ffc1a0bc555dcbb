internal import Msgpack
internal import TwinCore
internal import TwinStore
internal import TwinWire

/// The old owner's side of a move: copy while serving, freeze, copy the rest, release.
///
/// One part is on its way at a time, built from one bounded look at the shard, so no turn is
/// delayed by more than encoding `Limits.handoffTwinsPerChunkMax` twins. Passes over the twins
/// repeat what changed meanwhile until little is left; only that is copied while the shard is
/// frozen.
extension InstanceCore {
    /// Does what the departures want now; before the turn's record is packed.
    mutating func tendDepartures() {
        guard !departures.isEmpty else { return }
        guard case .member = membership else {
            // Whoever would hold messages or store the release does not hear us.
            for index in departures.keys.sorted() { thaw(index, why: nil) }
            return
        }
        for index in departures.keys.sorted() { tend(index) }
    }

    /// A departure wants the next turn at once.
    var departuresWantTurn: Bool {
        departures.values.contains { departure in
            switch departure.phase {
            case .copying, .frozen: departure.sent == nil && !departure.isReadingRows
            case .marked: true
            case .ready, .givenUp, .released, .stale: false
            }
        }
    }

    private mutating func tend(_ index: UInt16) {
        guard let departure = departures[index] else { return }
        if let sent = departure.sent,
            clock.monotonic - sent.at >= Limits.handoffPatience.rawValue
        {
            return thaw(index, why: "\(departure.to) does not answer")
        }
        switch departure.phase {
        case .copying:
            if departure.sent == nil { copy(index) }
        case .ready(let since):
            guard clock.monotonic - since < Limits.handoffPatience.rawValue else {
                return thaw(index, why: "the broker does not hold its messages")
            }
            // What the new owner still saves, held messages would wait for.
            if departure.sent == nil { repeatReport(index, .ready) }
        case .givenUp(let why):
            repeatReport(index, .aborted, reason: why)
        case .marked, .stale: break
        case .frozen(let since):
            guard clock.monotonic - since < Limits.freezeMax.rawValue else {
                return thaw(index, why: "the last part was not saved in time")
            }
            if departure.sent == nil { copy(index) }
        case .released(let digest):
            repeatReport(index, .released, digest: digest)
        }
    }

    private mutating func repeatReport(
        _ index: UInt16, _ step: MoveReport.Step, digest: UInt64? = nil, reason: String? = nil
    ) {
        guard let departure = departures[index] else { return }
        if let last = departure.reportedAt,
            clock.monotonic - last < Limits.moveReportInterval.rawValue
        {
            return
        }
        departures[index]?.reportedAt = clock.monotonic
        report(index, departure, step, digest: digest, reason: reason)
    }

    // MARK: the marker

    /// What the broker sent before this was for us; what follows for the shard waits there.
    mutating func heardFreeze(_ order: FreezeOrder) {
        guard let departure = departures[order.index], departure.number == order.number,
            case .ready = departure.phase
        else { return }
        departures[order.index]?.phase = .marked
    }

    /// The new owner is gone: waiting for its answer is no use.
    mutating func heardThaw(_ order: ThawOrder) {
        guard let departure = departures[order.index], departure.number == order.number else {
            return
        }
        switch departure.phase {
        case .copying, .ready, .marked, .frozen: thaw(order.index, why: order.reason)
        case .givenUp, .released, .stale: break
        }
    }

    /// After the turn's record is packed: the shard takes no more inputs. What is left to copy goes
    /// with this very turn.
    mutating func freezeMarked() {
        for (index, departure) in departures.sorted(by: { $0.key < $1.key })
        where departure.phase == .marked {
            departures[index]?.phase = .frozen(since: clock.monotonic)
            departures[index]?.shard = shards[Int(index)]
            departures[index]?.nextSlot = 0
            shards[Int(index)] = nil
            owing.forget(shard: index)
            // Its old records are in rows that nobody is sent to now: who read the new ones would
            // skip them. The new owner has all, or `thaw` opens the log again.
            alerts.close(shard: index)
            if departure.sent == nil { copy(index) }
        }
    }

    // MARK: parts

    private mutating func copy(_ index: UInt16) {
        guard let departure = departures[index], !departure.isReadingRows,
            departure.shard != nil || shards[Int(index)] != nil
        else { return }
        var chunk = HandoffChunk(
            index: index, epoch: departure.epoch, move: departure.number,
            number: departure.nextNumber)
        guard addAlerts(to: &chunk, of: index) else { return }
        let isPassOver = chunk.alerts.isEmpty && addTwins(to: &chunk, of: index)
        if isPassOver, chunk.twins.isEmpty, chunk.gone.isEmpty, departure.phase == .copying,
            departure.nextNumber > 0
        {
            return passEnded(index)
        }
        let isFrozen = departure.shard != nil
        let isLast = isFrozen && isPassOver
        addHeader(to: &chunk, of: index, isNeeded: isLast || departure.nextNumber == 0)
        if isLast, let header = chunk.header {
            chunk.digest = HandoffDigest.of(header, departures[index]?.copied ?? [:])
            chunk.bans = quarantine.bans(
                of: ShardID(tier: tier, index: index), shardCount: shards.count
            ).prefix(Limits.handoffBansMax).map {
                .init(name: $0.twin, digest: $0.digest, ends: $0.ends, signal: $0.signal)
            }
        }
        let id = send(
            .request, .handoff, to: .instance(tier, departure.to), Payload.pack(chunk))
        departures[index]?.sent = .init(
            requestID: id, at: clock.monotonic, digest: chunk.digest)
        departures[index]?.nextNumber += 1
        if isPassOver, !isFrozen { passEnded(index) }
    }

    /// A pass over all twins is done: another one, or the freeze.
    private mutating func passEnded(_ index: UInt16) {
        departures[index]?.nextSlot = 0
        departures[index]?.passes += 1
        guard let departure = departures[index], let shard = shards[Int(index)] else { return }
        let changed = shard.slots.count { slot in
            guard let twin = slot.twin else { return false }
            return departure.copied[twin.ordinal]?.position != slot.position
        }
        guard changed <= Limits.handoffTwinsFrozenMax || departure.passes >= Limits.handoffPassesMax
        else { return }
        departures[index]?.phase = .ready(since: clock.monotonic)
    }

    /// - Returns: false when the rows must be read first.
    private mutating func addAlerts(to chunk: inout HandoffChunk, of index: UInt16) -> Bool {
        guard var departure = departures[index] else { return false }
        if departure.alerts.isEmpty {
            if let end = alerts.rowsEnd(of: index, after: departure.alertPlace) {
                departures[index]?.isReadingRows = true
                alertReads.append(
                    AlertRead(
                        request: nil, cursor: cursor(of: index, departure.alertPlace),
                        since: nil, limit: Limits.handoffAlertsPerChunkMax,
                        shards: [index: end]))
                return false
            }
            departure.alerts = alerts.records(
                of: index, after: departure.alertPlace, limit: Limits.handoffAlertsPerChunkMax)
        }
        var bytes = 0
        var count = 0
        for alert in departure.alerts where bytes < Limits.handoffChunkBytesMax {
            chunk.alerts.append(HandoffChunk.Alert(alert))
            bytes += alert.document.count
            count += 1
            departures[index]?.alertPlace = AlertTail.Place(
                epoch: alert.epoch, sequence: alert.sequence)
        }
        departures[index]?.alerts = Array(departure.alerts.dropFirst(count))
        return true
    }

    private func cursor(of shard: UInt16, _ place: AlertTail.Place) -> TwinWire.AlertCursor {
        var cursor = TwinWire.AlertCursor(tier: tier)
        if place > .none {
            cursor.advance(
                to: TwinWire.AlertCursor.Place(
                    shard: shard, epoch: place.epoch, sequence: place.sequence))
        }
        return cursor
    }

    /// The rows gave old alerts of a shard that is copied.
    mutating func copied(_ found: AlertsFound) {
        for (shard, end) in found.read.shards {
            departures[shard]?.isReadingRows = false
            departures[shard]?.alerts = found.records
            if found.records.isEmpty { departures[shard]?.alertPlace = end }
        }
    }

    /// - Returns: true when the pass has seen every twin.
    private mutating func addTwins(to chunk: inout HandoffChunk, of index: UInt16) -> Bool {
        guard let departure = departures[index],
            let shard = departure.shard ?? shards[Int(index)]
        else { return true }
        if let rest = departure.rest {
            add(rest, to: &chunk, of: index)
            return false
        }
        var slot = departure.nextSlot
        var bytes = 0
        while slot < shard.slots.count, chunk.twins.count < Limits.handoffTwinsPerChunkMax,
            bytes < Limits.handoffChunkBytesMax
        {
            defer { slot += 1 }
            let position = shard.slots[slot].position
            guard let twin = shard.slots[slot].twin,
                departures[index]?.copied[twin.ordinal]?.position != position
            else { continue }
            let state = Payload.pack(twin)
            bytes += state.count
            departures[index]?.copied[twin.ordinal] = HandoffDigest.entry(
                position: position, state: state)
            let copy = HandoffChunk.Twin(ordinal: twin.ordinal, position: position, state: state)
            guard state.count <= Limits.handoffChunkBytesMax else {
                // Alone in its parts.
                departures[index]?.nextSlot = slot + 1
                departures[index]?.rest = copy
                if chunk.twins.isEmpty { add(copy, to: &chunk, of: index) }
                return false
            }
            chunk.twins.append(copy)
        }
        departures[index]?.nextSlot = slot
        guard slot == shard.slots.count else { return false }
        let gone = (departures[index]?.copied ?? [:]).keys.filter { shard.twin(ordinal: $0) == nil }
        for ordinal in gone { departures[index]?.copied[ordinal] = nil }
        chunk.gone = gone.sorted()
        return true
    }

    /// Adds as much of a large state as a part takes.
    private mutating func add(
        _ rest: HandoffChunk.Twin, to chunk: inout HandoffChunk, of index: UInt16
    ) {
        var piece = rest
        piece.state = Array(rest.state.prefix(Limits.handoffChunkBytesMax))
        let left = Array(rest.state.dropFirst(piece.state.count))
        piece.isContinued = left.isEmpty ? nil : true
        chunk.twins.append(piece)
        departures[index]?.rest =
            left.isEmpty
            ? nil
            : HandoffChunk.Twin(ordinal: rest.ordinal, position: rest.position, state: left)
    }

    /// Twins are read by their shard's metric sets: a row with new ones goes before them.
    private mutating func addHeader(
        to chunk: inout HandoffChunk, of index: UInt16, isNeeded: Bool
    ) {
        guard let shard = departures[index]?.shard ?? shards[Int(index)] else { return }
        let sets = shard.metricSets.count
        guard isNeeded || departures[index]?.copiedSets != sets else { return }
        departures[index]?.copiedSets = sets
        chunk.header = shard.exported(running: time.running)
    }

    // MARK: answers

    /// Whether an answer belongs to a part of a copy.
    func isHandoff(_ requestID: UInt64) -> Bool {
        departures.values.contains { $0.sent?.requestID == requestID }
    }

    /// The new owner has saved a part, or refused it.
    mutating func heardHandoff(_ envelope: Envelope, _ payload: Span<UInt8>) throws(Refusal) {
        guard
            let (index, departure) = departures.first(where: {
                $0.value.sent?.requestID == envelope.requestID
            }), let sent = departure.sent
        else { return }
        guard envelope.type == .handoff else {
            let refusal = try Payload.unpack(RefusalPayload.self, from: payload, of: .refused)
            return thaw(index, why: refusal.message)
        }
        let answer = try Payload.unpack(HandoffAnswer.self, from: payload, of: .handoff)
        departures[index]?.sent = nil
        guard let digest = sent.digest else { return }
        guard answer.digest == digest else {
            return thaw(index, why: "the copy at \(departure.to) differs from the shard")
        }
        guard case .frozen = departure.phase else { return }
        release(index, digest: digest)
    }
}
