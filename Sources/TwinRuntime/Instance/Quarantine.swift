package import TwinCore
package import TwinStore

/// What an instance refuses because it has ended the process twice, what the rows are to keep of
/// it, and what people ask about it.
///
/// Not twin state and not journalled: bans and bytes are rows, written at once. Costs one branch an
/// input while nothing is banned.
package struct Quarantine: Sendable {
    /// An input that is refused.
    struct Ban: Sendable {
        /// The twin's address, or the destination of the whole message.
        let name: String
        let ends: Int
        /// Of the last end.
        let signal: Int32
        /// Its bytes are kept already, or were dropped by a person.
        var isKept: Bool

        var reason: String {
            "it has ended the process \(ends) times, last by \(SignalName.of(signal))"
        }
    }

    /// Bytes on their way to the rows.
    package struct Kept: Equatable, Sendable {
        package let twin: String
        package let digest: String
        package let reason: String
        package let bytes: [UInt8]
        package let at: Timestamp
    }

    private var bans: [UInt64: [Ban]] = [:]
    /// Messages that the rows hold, for the beat.
    package var count: Int
    private var kept: [Kept] = []
    private var questions: [QuarantineQuestion] = []
    /// Asked and not answered yet.
    private var openQuestions = 0
    /// Handed back in the open turn: their rows go once the turn is durable.
    var requeued: [Int64] = []

    package init(bans rows: [QuarantineBan] = [], count: Int = 0) {
        self.count = count
        for row in rows { add(row) }
    }

    private mutating func add(_ row: QuarantineBan) {
        guard let digest = UInt64(row.digest, radix: 16) else { return }
        bans[digest, default: []].append(
            Ban(name: row.twin, ends: row.ends, signal: row.signal, isKept: row.isKept))
    }

    // MARK: moves of shards

    /// The bans on what is sent to a shard or to its twins, by name and digest. Their bytes stay
    /// where they are kept: a new owner keeps what it refuses itself.
    func bans(of shard: ShardID, shardCount: Int) -> [QuarantineBan] {
        bans.flatMap { digest, bans in
            bans.filter { Self.isOf(shard, $0.name, shardCount) }.map {
                QuarantineBan(
                    twin: $0.name, digest: InputDigest.text(digest), ends: $0.ends,
                    signal: $0.signal, isKept: $0.isKept)
            }
        }.sorted { ($0.twin, $0.digest) < ($1.twin, $1.digest) }
    }

    /// A shard has come with these bans: they replace what was refused of it here before.
    mutating func replaceBans(of shard: ShardID, with rows: [QuarantineBan], shardCount: Int) {
        let known = self.bans(of: shard, shardCount: shardCount)
        for old in known where !rows.contains(where: { $0.isSameInput(as: old) }) {
            if let digest = UInt64(old.digest, radix: 16) { lift(old.twin, digest: digest) }
        }
        for row in rows where !known.contains(where: { $0.isSameInput(as: row) }) { add(row) }
    }

    /// Whether the name of a refused input is that of a shard or of one of its twins.
    static func isOf(_ shard: ShardID, _ name: String, _ shardCount: Int) -> Bool {
        do throws(AddressError) {
            switch try Destination(name) {
            case .twin(let address):
                return address.tier == shard.tier
                    && address.key.shardIndex(shardCount: shardCount) == shard.index
            case .shard(let named): return named == shard
            case .instance, .broker: return false
            }
        } catch {
            // The beginning of a name too long to be one: it is of no shard.
            return false
        }
    }

    /// Whether an input of this digest is refused for some name: asked before a name is made.
    func refuses(_ digest: UInt64) -> Bool { !bans.isEmpty && bans[digest] != nil }

    func ban(on name: String, digest: UInt64) -> Ban? {
        bans[digest]?.first { $0.name == name }
    }

    /// The input may end the process again as often as a new one.
    mutating func lift(_ name: String, digest: UInt64) {
        bans[digest]?.removeAll { $0.name == name }
        if bans[digest]?.isEmpty == true { bans[digest] = nil }
    }

    /// Gives a refused input to the rows, the first time it comes.
    mutating func keep(
        _ input: QuarantinedInput, name: String, digest: UInt64, at: Timestamp
    ) {
        guard let index = bans[digest]?.firstIndex(where: { $0.name == name }),
            let ban = bans[digest]?[index], !ban.isKept
        else { return }
        bans[digest]?[index].isKept = true
        kept.append(
            Kept(
                twin: name, digest: InputDigest.text(digest), reason: ban.reason,
                bytes: input.packed, at: at))
    }

    mutating func ask(_ question: QuarantineQuestion) throws(Refusal) {
        guard openQuestions < Limits.quarantineQuestionsMax else {
            throw Refusal(
                .overloaded, "too many questions about the quarantine are open",
                found: "\(openQuestions)", wanted: "at most \(Limits.quarantineQuestionsMax)")
        }
        openQuestions += 1
        questions.append(question)
    }

    /// The rows have answered one question.
    mutating func answered(count: Int) {
        self.count = count
        openQuestions -= 1
    }

    /// What the rows are to keep, since the last call.
    package mutating func takeKept() -> [Kept] {
        defer { kept.removeAll() }
        return kept
    }

    /// What the rows are to answer, since the last call.
    package mutating func takeQuestions() -> [QuarantineQuestion] {
        defer { questions.removeAll() }
        return questions
    }
}

/// A person's question or command about the quarantine, answered by the rows' thread.
package struct QuarantineQuestion: Sendable {
    package enum Kind: Sendable {
        case list(after: Int64, limit: Int)
        case show(id: Int64)
        /// The ban is lifted before the bytes are handed back.
        case requeue(id: Int64)
        case drop(id: Int64)
    }

    var request: Request
    package var kind: Kind
}

/// What the rows' thread found for a question.
package struct QuarantineFinding: Sendable {
    /// The rows asked for; of `drop` the one that is gone.
    package var rows: [QuarantineRow]
    /// How many messages are held now.
    package var count: Int

    package init(rows: [QuarantineRow], count: Int) {
        self.rows = rows
        self.count = count
    }
}
