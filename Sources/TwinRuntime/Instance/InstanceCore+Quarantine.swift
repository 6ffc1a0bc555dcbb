internal import Msgpack
package import TwinCore
internal import TwinStore
internal import TwinWire

/// Keeps the input in hand where the next process finds it, and refuses what has ended two.
///
/// In hand is, from coarse to fine: a message (destination, digest of type and payload); an entry
/// of a report batch (twin, digest of time and values: the same report in another batch, or flagged
/// as buffered, is the same); a status (parent, digest of child and version); a receipt (child,
/// digest of parent and versions); a timer (twin, digest of when it is due); the news that child
/// shards are unheard (twin, digest of the shards); in replay a journalled input (twin, digest of
/// epoch and position). Shards' own inputs (blindness, configuration, metric sets), packing of
/// records, rows and beats have nobody in hand: an end there is nobody's, and is not counted.
///
/// A refused message, report or status is answered `quarantined`; a refused receipt is as if lost;
/// a refused timer does not fire while it is due at this time: other inputs go on and may set
/// another; refused news do not reach their twin while they are the same; a refused journalled
/// input is passed over in replay, and its twin goes on without it: bytes that got `ok` are then
/// in quarantine instead of in the twin, which is the lesser evil beside an instance that never
/// starts again.
extension InstanceCore {
    // MARK: holding

    /// Notes that an input of a twin is in hand; false when it must not be stepped.
    func holds(_ key: Span<UInt8>, digest: UInt64) -> Bool {
        inHand?.hold(input: key, digest: digest)
        return !quarantine.refuses(digest) || ban(on: key, digest: digest) == nil
    }

    func ban(on key: Span<UInt8>, digest: UInt64) -> Quarantine.Ban? {
        quarantine.ban(on: inputName(key), digest: digest)
    }

    private func inputName(_ key: Span<UInt8>) -> String {
        "\(tier)/\(String(decoding: Array(copying: key), as: UTF8.self))"
    }

    /// The bytes of a refused input go to the rows, unless they are there.
    mutating func keep(
        _ key: Span<UInt8>, digest: UInt64, _ input: QuarantinedInput
    ) {
        quarantine.keep(input, name: inputName(key), digest: digest, at: time.wall)
    }

    /// How a refused input is answered.
    func quarantined(_ name: String, _ ban: Quarantine.Ban?) -> Refusal {
        Refusal(
            .quarantined,
            "\(name) does not take this message: \(ban?.reason ?? "it is quarantined")",
            address: name, hint: "twinctl quarantine list")
    }

    /// Notes that a message is in hand; the refusal when it must not be looked at further.
    mutating func holdMessage(
        _ request: Request, destination: [UInt8], payload: [UInt8]
    ) -> Refusal? {
        let type = request.envelope.type.rawValue
        let word = Array(type.utf8)
        let digest = InputDigest.of(
            payload.span, seed: InputDigest.of(word.span, seed: InputSeed.message))
        inHand?.hold(message: destination.span, digest: digest)
        guard quarantine.refuses(digest) else { return nil }
        let text = destination.prefix(InHand.nameBytesMax)
        let name = String(decoding: text, as: UTF8.self)
        guard let ban = quarantine.ban(on: name, digest: digest) else { return nil }
        quarantine.keep(
            QuarantinedInput(
                form: .message, destination: request.destination.description, type: type,
                payload: payload), name: name, digest: digest, at: time.wall)
        return quarantined(name, ban)
    }

    /// Asked before a timer wakes its twin: puts it in hand, and says whether it may.
    var timerGuard: TimerGuard {
        TimerGuard(inHand: inHand, quarantine: quarantine, tier: tier)
    }

    /// A timer that must not fire any more is shown to people; it has no bytes.
    mutating func keepTimer(of key: [UInt8], due: Int64) {
        keepOwn(key.span, digest: Self.digest(ofTimerDueAt: due))
    }

    /// Steps an input that the instance gives its twins by itself, with the twin in hand.
    mutating func takeOwn(_ input: Twin.Input, ordinal: UInt32, digest: UInt64, in shard: Int) {
        let input = ShardInput<Twin.Input>.twin(ordinal: ordinal, input)
        guard let key = shards[shard]?.keyBytes(of: input) else { return }
        defer { inHand?.inputDone() }
        guard holds(key.span, digest: digest) else {
            return keepOwn(key.span, digest: digest)
        }
        take(input, in: shard)
    }

    private mutating func keepOwn(_ key: Span<UInt8>, digest: UInt64) {
        keep(
            key, digest: digest,
            QuarantinedInput(
                form: .own, destination: inputName(key), type: nil, payload: []))
    }

    // MARK: digests

    package static func digest(
        ofStatusOf child: TwinKey, at version: Version, isLeaving: Bool
    ) -> UInt64 {
        InputDigest.of(
            UInt64(version.epoch.rawValue), version.position.rawValue, isLeaving ? 1 : 0,
            seed: InputDigest.of(child.bytes.span, seed: InputSeed.status))
    }

    static func digest(of receipt: Receipt) -> UInt64 {
        let folds = receipt.folds.version
        return InputDigest.of(
            UInt64(receipt.version.epoch.rawValue), receipt.version.position.rawValue,
            UInt64(folds.epoch.rawValue), folds.position.rawValue,
            seed: InputDigest.of(receipt.parent.bytes.span, seed: InputSeed.receipt))
    }

    /// A timer is known by when it is due.
    package static func digest(ofTimerDueAt due: Int64) -> UInt64 {
        InputDigest.of(UInt64(bitPattern: due), seed: InputSeed.timer)
    }

    /// What the instance heard of the shards below is known by which they are.
    static func digest(ofUnheard shards: ShardSet, seed: UInt64 = InputSeed.unheard) -> UInt64 {
        shards.indices.reduce(seed) { InputDigest.of(UInt64($1), seed: $0) }
    }

    static func digest(ofJournalled position: Position, in section: JournalSection) -> UInt64 {
        InputDigest.of(position.rawValue, seed: digestSeed(ofJournalledIn: section))
    }

    /// What the digests of all inputs of a section begin with.
    static func digestSeed(ofJournalledIn section: JournalSection) -> UInt64 {
        InputDigest.of(
            UInt64(section.shard), UInt64(section.epoch.rawValue), seed: InputSeed.journalled)
    }

    // MARK: people

    mutating func askQuarantine(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        guard case .instance = request.destination else {
            throw Refusal(
                .invalid, "\(request.envelope.type.rawValue): wanted an instance",
                found: request.destination.description, wanted: "\(tier)@\(name)")
        }
        let type = request.envelope.type
        let kind: QuarantineQuestion.Kind
        switch type {
        case .listQuarantine:
            let body = try Payload.unpack(ListRequest.self, from: payload, of: type)
            guard let after = Int64(body.after ?? "0") else {
                throw Refusal(
                    .invalid, "ListQuarantine: after: wanted the cursor of the page before",
                    found: body.after)
            }
            let limit = min(max(1, body.limit ?? Limits.pageItemsMax), Limits.pageItemsMax)
            kind = .list(after: after, limit: limit)
        case .requeueQuarantined: kind = .requeue(id: try quarantineID(payload, type))
        case .dropQuarantined: kind = .drop(id: try quarantineID(payload, type))
        default: kind = .show(id: try quarantineID(payload, type))
        }
        try quarantine.ask(QuarantineQuestion(request: request, kind: kind))
    }

    private func quarantineID(
        _ payload: Span<UInt8>, _ type: MessageType
    ) throws(Refusal) -> Int64 {
        try Payload.unpack(QuarantinedRequest.self, from: payload, of: type).id
    }

    /// The rows' answer to a question; within an open turn.
    package mutating func quarantineFound(
        _ finding: QuarantineFinding, for question: QuarantineQuestion
    ) {
        quarantine.answered(count: finding.count)
        let request = question.request
        do throws(Refusal) {
            switch question.kind {
            case .list(_, let limit): list(finding.rows, limit: limit, to: request)
            case .show(let id):
                let row = try found(finding, id)
                reply(to: request, with: document(of: row, try input(of: row)))
            case .drop(let id):
                let row = try found(finding, id)
                reply(
                    to: request,
                    with: QuarantineCommandDocument(
                        id: quarantineID(row.id), twin: row.twin, deed: .dropped))
            case .requeue(let id): try requeue(try found(finding, id), for: request)
            }
        } catch {
            refuse(request, error)
        }
    }

    private func found(
        _ finding: QuarantineFinding, _ id: Int64
    ) throws(Refusal) -> QuarantineRow {
        guard let row = finding.rows.first else {
            throw Refusal(
                .unknownAddress, "\(name) holds no quarantined message \(id)",
                address: quarantineID(id), hint: "twinctl quarantine list")
        }
        return row
    }

    private func quarantineID(_ id: Int64) -> String { "\(tier)@\(name):\(id)" }

    private func input(of row: QuarantineRow) throws(Refusal) -> QuarantinedInput {
        do {
            return try QuarantinedInput(packed: row.bytes)
        } catch {
            throw Refusal(
                .storageFailed, "quarantined message \(row.id) was not understood: \(error)")
        }
    }

    private mutating func list(_ rows: [QuarantineRow], limit: Int, to request: Request) {
        var items: [QuarantineListDocument.Item] = []
        for row in rows {
            do throws(Refusal) {
                let input = try input(of: row)
                items.append(
                    QuarantineListDocument.Item(
                        id: quarantineID(row.id), at: RFC3339(row.at), twin: row.twin,
                        form: input.form.rawValue, type: input.type,
                        payloadBytes: input.payload.count, reason: row.reason))
            } catch {
                return refuse(request, error)
            }
        }
        let cursor = rows.count == limit ? rows.last.map { "\($0.id)" } : nil
        reply(to: request, with: QuarantineListDocument(items: items, cursor: cursor))
    }

    private func document(
        of row: QuarantineRow, _ input: QuarantinedInput
    ) -> QuarantinedDocument {
        let shown = input.payload.prefix(Limits.quarantinedBytesShownMax)
        return QuarantinedDocument(
            id: quarantineID(row.id), at: RFC3339(row.at), twin: row.twin,
            form: input.form.rawValue, destination: input.destination, type: input.type,
            digest: row.digest, reason: row.reason, payloadBytes: input.payload.count,
            payload: Array(shown), isWhole: shown.count == input.payload.count)
    }

    // MARK: handing back

    /// Hands the bytes to their twin once more. The rows have lifted the ban; the bytes go when
    /// this turn is durable, so that an end on the way leaves them where they are.
    private mutating func requeue(_ row: QuarantineRow, for request: Request) throws(Refusal) {
        let input = try input(of: row)
        guard input.form != .journalled else {
            throw Refusal(
                .conflict,
                "\(quarantineID(row.id)) was journalled, and \(row.twin) has gone on without it",
                address: row.twin, found: "a journalled input", wanted: "a message or a timer",
                hint: "give the command or the report again, then drop this one")
        }
        if let digest = UInt64(row.digest, radix: 16) {
            quarantine.lift(row.twin, digest: digest)
        }
        var answer: Refusal?
        if input.form == .message { answer = try handBack(input) }
        if let answer, answer.code == .notOwner {
            throw Refusal(
                .conflict,
                "\(quarantineID(row.id)) cannot be handed back here: \(answer.message)",
                address: row.twin, found: answer.found, wanted: answer.wanted,
                hint: "its shard has moved: send the message again; what its owner refuses is kept "
                    + "there")
        }
        quarantine.requeued.append(row.id)
        reply(
            to: request,
            with: QuarantineCommandDocument(
                id: quarantineID(row.id), twin: row.twin, deed: .requeued,
                refusal: answer))
    }

    /// - Returns: how the twin refused it; nil when it took it.
    private mutating func handBack(_ input: QuarantinedInput) throws(Refusal) -> Refusal? {
        guard let type = input.type.flatMap({ MessageType(rawValue: $0) }) else {
            throw Refusal(
                .invalid, "no message of type \(input.type ?? "nil") is known to this release")
        }
        let sent = messages.count
        let envelope = Envelope(kind: .request, type: type, requestID: drawRequestID())
        receiveRequest(
            route: Self.nobody, destination: Array(input.destination.utf8),
            envelope: envelope.packed, payload: input.payload)
        // Whoever sent it has its answer long since: nobody gets this one.
        let sentMeanwhile = Array(messages[sent...])
        messages.removeSubrange(sent...)
        messages += sentMeanwhile.filter { $0.first != Self.nobody }
        let answers = sentMeanwhile.filter { $0.first == Self.nobody }
        return try answers.first.flatMap { frames throws(Refusal) in try refusal(in: frames) }
    }

    private static var nobody: [UInt8] { Array("quarantine".utf8) }

    private func refusal(in frames: [[UInt8]]) throws(Refusal) -> Refusal? {
        let header = frames[1]
        let payload = frames[2]
        let envelope = try Envelope(header.span)
        switch envelope.type {
        case .refused:
            return try Payload.unpack(RefusalPayload.self, from: payload.span, of: .refused)
                .refusal
        case .reportBatch:
            let reply = try Payload.unpack(
                ReportBatchReply.self, from: payload.span, of: .reportBatch)
            return reply.refused.first.map { Refusal($0.code, $0.message) }
        default: return nil
        }
    }
}

/// What tells kinds of inputs apart that may have the same bytes. Part of digests that rows keep:
/// a number is never given another meaning.
enum InputSeed {
    static let message: UInt64 = 1
    static let report: UInt64 = 2
    static let status: UInt64 = 3
    static let receipt: UInt64 = 4
    static let timer: UInt64 = 5
    static let journalled: UInt64 = 6
    static let unheard: UInt64 = 7
    static let awaited: UInt64 = 8
}

/// What decides about timers while their shard is busy with them.
struct TimerGuard {
    let inHand: InHand?
    let quarantine: Quarantine
    let tier: Tier

    func mayWake(_ key: [UInt8], due: Int64) -> Bool {
        let digest = InputDigest.of(UInt64(bitPattern: due), seed: InputSeed.timer)
        inHand?.hold(input: key.span, digest: digest)
        guard quarantine.refuses(digest) else { return true }
        let name = "\(tier)/\(String(decoding: key, as: UTF8.self))"
        return quarantine.ban(on: name, digest: digest) == nil
    }
}
