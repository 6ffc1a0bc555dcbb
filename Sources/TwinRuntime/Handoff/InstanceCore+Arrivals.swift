internal import Msgpack
internal import TwinCore
internal import TwinStore
internal import TwinWire

/// The new owner's side of a move: takes the copy part by part, into memory and into rows that no
/// recovery serves, and answers each part when it is saved.
extension InstanceCore {
    mutating func takeHandoff(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let chunk = try Payload.unpack(HandoffChunk.self, from: payload, of: .handoff)
        try check(chunk, from: request)
        // A whole copy may be the shard by now: only the placement says that it is of no use.
        if chunk.number == 0, arrivals[chunk.index]?.digest == nil,
            arrivals[chunk.index]?.saving == nil
        {
            arrivals[chunk.index] = Arrival(epoch: chunk.epoch, number: chunk.move)
        }
        guard var arrival = arrivals[chunk.index], arrival.number == chunk.move,
            arrival.nextNumber == chunk.number, arrival.saving == nil
        else {
            throw Refusal(
                .conflict, "Handoff: part \(chunk.number) of \(tier)#\(chunk.index) out of order",
                found: "part \(chunk.number)",
                wanted: "part \(arrivals[chunk.index]?.nextNumber ?? 0)")
        }
        if let header = chunk.header { arrival.header = header }
        var rows = CandidateRows(
            shard: chunk.index, move: chunk.move, part: chunk.number, savedAt: time.wall)
        rows.beginsAnew = chunk.number == 0
        try add(chunk, to: &arrival, rows: &rows)
        if let digest = chunk.digest { try finish(chunk, digest, &arrival, &rows) }
        arrival.nextNumber += 1
        arrival.saving = .init(request: request, number: chunk.number, digest: chunk.digest)
        arrivals[chunk.index] = arrival
        handoffJobs.append(.save(rows))
    }

    /// Only the owner's word counts, and only while the placement intends the move.
    private func check(_ chunk: HandoffChunk, from request: Request) throws(Refusal) {
        let id = ShardID(tier: tier, index: chunk.index)
        guard Int(chunk.index) < shards.count, let move = placement?.move(of: id),
            move.to == name, move.number == chunk.move, move.releasedDigest == nil,
            request.envelope.source?.instance == move.from.text
        else {
            throw Refusal(
                .conflict, "Handoff: no such move to \(name) is intended", address: "\(id)",
                found: request.envelope.source?.instance)
        }
        guard shards[Int(chunk.index)] == nil, departures[chunk.index] == nil,
            forgotten[chunk.index] == nil
        else {
            throw Refusal(
                .conflict, "Handoff: \(name) still holds \(id) from before", address: "\(id)")
        }
        guard chunk.twins.count <= Limits.handoffTwinsPerChunkMax,
            chunk.alerts.count <= Limits.handoffAlertsPerChunkMax
        else {
            throw Refusal(
                .tooLarge,
                "Handoff: wanted at most \(Limits.handoffTwinsPerChunkMax) twins and "
                    + "\(Limits.handoffAlertsPerChunkMax) alerts",
                found: "\(chunk.twins.count) and \(chunk.alerts.count)")
        }
    }

    private func add(
        _ chunk: HandoffChunk, to arrival: inout Arrival<Twin>, rows: inout CandidateRows
    ) throws(Refusal) {
        guard let header = arrival.header else {
            throw Refusal(.invalid, "Handoff: the first part has no row of its shard")
        }
        for piece in chunk.twins {
            guard let twin = try whole(piece, &arrival) else { continue }
            let value: Twin
            do {
                value = try MsgpackDecoder.decode(
                    Twin.self, from: twin.state.span, limits: Recovery.rowLimits,
                    userInfo: [.metricSets: header.metricSets])
            } catch {
                throw Refusal(.invalid, "Handoff: twin \(twin.ordinal): \(error)")
            }
            guard value.ordinal == twin.ordinal else {
                throw Refusal(
                    .invalid, "Handoff: twin \(twin.ordinal)", found: "\(value.ordinal)")
            }
            arrival.twins[twin.ordinal] = .init(
                twin: value,
                entry: HandoffDigest.entry(position: twin.position, state: twin.state))
            let pending = PendingTwinRow(
                shard: chunk.index, epoch: header.epoch, position: twin.position,
                ordinal: twin.ordinal, key: value.key, status: value.statusWord,
                generation: Service.generation(of: value),
                incidents: value.book.opened.map(value.book.snapshot), state: twin.state)
            rows.twins.append(TwinRow(pending))
            rows.incidents += IncidentRow.rows(of: pending)
        }
        for ordinal in chunk.gone { arrival.twins[ordinal] = nil }
        rows.gone = chunk.gone
        for alert in chunk.alerts {
            let logged = try alert.logged(in: chunk.index)
            rows.alerts.append(AlertRow(logged))
            arrival.newestAlert = AlertTail.Place(epoch: logged.epoch, sequence: logged.sequence)
        }
    }

    /// A twin with the pieces of its state that came before; nil while more is to come.
    private func whole(
        _ piece: HandoffChunk.Twin, _ arrival: inout Arrival<Twin>
    ) throws(Refusal) -> HandoffChunk.Twin? {
        var twin = piece
        if let begun = arrival.begun {
            guard begun.ordinal == piece.ordinal, begun.position == piece.position else {
                throw Refusal(
                    .invalid, "Handoff: the state of twin \(begun.ordinal) is to go on",
                    found: "twin \(piece.ordinal)")
            }
            twin.state = begun.state + piece.state
        }
        guard twin.state.count <= Limits.handoffStateBytesMax else {
            throw Refusal(
                .tooLarge, "Handoff: the state of twin \(piece.ordinal)",
                found: "\(twin.state.count) bytes",
                wanted: "at most \(Limits.handoffStateBytesMax)")
        }
        arrival.begun = piece.isContinued == true ? twin : nil
        return piece.isContinued == true ? nil : twin
    }

    private func finish(
        _ chunk: HandoffChunk, _ digest: UInt64, _ arrival: inout Arrival<Twin>,
        _ rows: inout CandidateRows
    ) throws(Refusal) {
        guard let header = chunk.header else {
            throw Refusal(.invalid, "Handoff: the last part has no row of its shard")
        }
        let found = HandoffDigest.of(header, arrival.twins.mapValues(\.entry))
        guard found == digest else {
            throw Refusal(
                .conflict, "Handoff: the copy of \(tier)#\(chunk.index) differs from the shard",
                found: "\(found)", wanted: "\(digest)")
        }
        if let bans = chunk.bans { try take(bans, of: chunk.index, &arrival, &rows) }
        rows.row = ShardRow(
            shard: chunk.index, epoch: header.epoch, position: header.position,
            state: Payload.pack(header), custody: .candidate(epoch: chunk.epoch, digest: digest))
    }

    /// What its owner refuses of the shard is refused here too: it has ended a process twice.
    private func take(
        _ bans: [HandoffChunk.Ban], of index: UInt16, _ arrival: inout Arrival<Twin>,
        _ rows: inout CandidateRows
    ) throws(Refusal) {
        let shard = ShardID(tier: tier, index: index)
        guard bans.count <= Limits.handoffBansMax else {
            throw Refusal(
                .tooLarge, "Handoff: wanted at most \(Limits.handoffBansMax) bans",
                found: "\(bans.count)")
        }
        for ban in bans {
            guard Quarantine.isOf(shard, ban.name, shards.count),
                let digest = UInt64(ban.digest, radix: 16), InputDigest.text(digest) == ban.digest
            else {
                throw Refusal(
                    .invalid, "Handoff: wanted a ban on an input of \(shard)",
                    found: "\(ban.name) \(ban.digest)")
            }
        }
        let taken = bans.map {
            QuarantineBan(
                twin: $0.name, digest: $0.digest, ends: $0.ends, signal: $0.signal, isKept: false)
        }
        arrival.bans = taken
        rows.bans = taken
        rows.lifted = quarantine.bans(of: shard, shardCount: shards.count).filter { old in
            !taken.contains { $0.isSameInput(as: old) }
        }
    }

    /// A part of a copy is in the rows: its sender may send the next, or release the shard. A part
    /// of a move that was given up meanwhile says nothing of the move that came after it.
    package mutating func handoffSaved(_ saved: HandoffSaved) {
        guard let arrival = arrivals[saved.shard], arrival.number == saved.move,
            let saving = arrival.saving, saving.number == saved.part
        else { return }
        arrivals[saved.shard]?.saving = nil
        if saved.isWhole {
            arrivals[saved.shard]?.digest = saving.digest
            arrivals[saved.shard]?.wholeSince = clock.monotonic
        }
        reply(
            to: saving.request,
            with: HandoffAnswer(number: saving.number, digest: saving.digest))
    }
}
