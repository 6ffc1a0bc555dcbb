internal import TwinCore
internal import TwinWire

/// A scatter-gather under way: pages of every instance of a tier, then of every shard that moved
/// from one to another meanwhile.
///
/// Every page says which shards it is of. So it is known of each shard up to which key it has been
/// read, whoever told it; one that left its owner before its turn and came to another after that
/// one's is asked for by itself, and what two owners told is taken once.
struct Gathering<Page: ListPage> {
    /// Up to where a shard's twins are read, in the order of keys.
    private enum Reach {
        /// Up to this key; nil = nothing yet.
        case through(String?)
        case end
    }

    private struct Asked {
        let destination: Destination
        let after: String?
    }

    private let tier: Tier
    private let type: MessageType
    private let question: ListRequest
    private let limit: Int?
    private let terms: RetryTerms
    private let placement: Placement
    private let instances: [InstanceName]
    private var asked: [UInt64: Asked] = [:]
    private var reaches: [Reach]
    /// By `ListItem.identity`: a twin that two owners told of counts once, as told last.
    private var items: [String: Page.Item] = [:]
    private var counts: [Destination: Int] = [:]
    /// By address.
    private var stale: [String: StalenessDocument] = [:]
    private var failures: [(destination: Destination, error: ClientError)] = []

    init(
        _ tier: Tier, _ type: MessageType, _ question: ListRequest, limit: Int?,
        terms: RetryTerms, document: PlacementDocument
    ) throws(ClientError) {
        self.tier = tier
        self.type = type
        self.question = question
        self.limit = limit
        self.terms = terms
        placement = document.placement
        let owners = document.placement.instances(in: tier)
        var others: [InstanceName] = []
        for instance in document.instances
        where !Page.isOfShards && instance.tier == tier && instance.state != .lost {
            do throws(AddressError) {
                others.append(try InstanceName(instance.name))
            } catch {
                throw .badAnswer(destination: "broker", type: .getPlacement, reason: "\(error)")
            }
        }
        instances = owners + others.filter { !owners.contains($0) }
        reaches = Array(
            repeating: .through(question.after), count: placement.shardCounts[tier])
    }

    // MARK: asking

    /// Asks every instance, page after page.
    mutating func askInstances(over connection: inout Connection) throws(ClientError) {
        for instance in instances {
            ask(.instance(tier, instance), after: question.after, over: &connection)
        }
        try takeAll(over: &connection)
    }

    /// Asks for each shard that no page was of, although its owner answered: it was on its way.
    /// The broker keeps the question until the move has ended.
    mutating func askMovedShards(over connection: inout Connection) throws(ClientError) {
        let silent = failedInstances
        for index in unread {
            let shard = ShardID(tier: tier, index: index)
            guard let owner = placement[shard]?.instance, !silent.contains(owner),
                case .through(let key) = reaches[Int(index)]
            else { continue }
            ask(.shard(shard), after: key, over: &connection)
        }
        try takeAll(over: &connection)
    }

    /// Gives up what is still asked.
    mutating func forgetAll(over connection: inout Connection) {
        for id in asked.keys { connection.forget(id) }
        asked.removeAll()
    }

    private mutating func ask(
        _ destination: Destination, after: String?, over connection: inout Connection
    ) {
        var question = question
        question.after = after
        question.limit = min(limit ?? Limits.pageItemsMax, Limits.pageItemsMax)
        if case .shard(let shard) = destination { question.shards = ShardSet([shard.index]) }
        let id = connection.submit(ClientRequest(destination, type, question, terms: terms))
        asked[id] = Asked(destination: destination, after: after)
    }

    private mutating func takeAll(over connection: inout Connection) throws(ClientError) {
        while !asked.isEmpty {
            let completion = try connection.nextCompletion(byMilliseconds: .max) {
                asked[$0.id] != nil
            }
            guard let completion else { continue }
            try take(completion, over: &connection)
        }
    }

    private mutating func take(
        _ completion: Completion, over connection: inout Connection
    ) throws(ClientError) {
        guard let asked = asked.removeValue(forKey: completion.id) else { return }
        switch completion.result {
        case .failure(let error): failures.append((asked.destination, error))
        case .success(let reply):
            let page = try reply.decode(Page.self)
            for item in page.items { items[item.identity] = item }
            for picture in page.stalePictures { stale[picture.address] = picture }
            note(page, answering: asked)
            let count = counts[asked.destination, default: 0] + page.items.count
            counts[asked.destination] = count
            guard let cursor = page.nextCursor, limit.map({ count < $0 }) ?? true else { return }
            ask(asked.destination, after: cursor, over: &connection)
        }
    }

    // MARK: how far

    /// Moves the reach of the page's shards, of which all before the page were read.
    private mutating func note(_ page: Page, answering asked: Asked) {
        for index in (page.shards ?? assumedShards(of: asked.destination)).indices {
            guard Int(index) < reaches.count, case .through(let key) = reaches[Int(index)],
                !Self.precedes(key, asked.after)
            else { continue }
            guard let cursor = page.nextCursor else {
                reaches[Int(index)] = .end
                continue
            }
            if Self.precedes(key, cursor) { reaches[Int(index)] = .through(cursor) }
        }
    }

    /// What a page that does not say it is of.
    private func assumedShards(of destination: Destination) -> ShardSet {
        switch destination {
        case .instance(_, let name):
            ShardSet(placement.shards(of: name, in: tier).map(\.index))
        case .shard(let shard): ShardSet([shard.index])
        case .twin, .broker: ShardSet()
        }
    }

    /// Whether a key comes before another one; nil is before every key.
    private static func precedes(_ key: String?, _ other: String?) -> Bool {
        guard let other else { return false }
        guard let key else { return true }
        return key.utf8.lexicographicallyPrecedes(other.utf8)
    }

    private var ordered: [Page.Item] { items.values.sorted { $0.order < $1.order } }

    /// The shards of which something is not read that belongs to the list.
    private var unread: [UInt16] {
        var last: String?
        if let limit, items.count >= limit { last = ordered[limit - 1].cursorText }
        return reaches.indices.compactMap { index in
            guard case .through(let key) = reaches[index] else { return nil }
            if let last, !Self.precedes(key, last) { return nil }
            return UInt16(index)
        }
    }

    private var failedInstances: Set<InstanceName> {
        Set(
            failures.compactMap { failure in
                guard case .instance(_, let name) = failure.destination else { return nil }
                return name
            })
    }

    // MARK: the end

    /// Whether nobody answered at all: then this is the answer to the whole.
    var failureOfAll: ClientError? { counts.isEmpty ? failures.first?.error : nil }

    /// The list, with what it lacks by the shards' owners.
    /// - Parameter goneSince: since when an instance is away, as far as anybody knows.
    func list(goneSince: [String: RFC3339]) -> GatheredList<Page.Item> {
        var items = ordered
        var cursor: String?
        let isMore = reaches.contains { reach in
            guard case .through = reach else { return false }
            return true
        }
        if let limit, items.count > limit || (items.count == limit && isMore) {
            items = Array(items.prefix(Self.end(of: items, limit: limit)))
            cursor = items.last?.cursorText
        }
        let missing = unread.map { index in
            let shard = ShardID(tier: tier, index: index)
            let owner = placement[shard]?.instance
            return MissingShardDocument(
                shard: shard.description, instance: owner?.text,
                since: owner.flatMap { goneSince[$0.text] })
        }
        let failures = failures.sorted { $0.destination.description < $1.destination.description }
        return GatheredList(
            items: items, cursor: cursor, missing: missing,
            stale: stale.values.sorted { $0.address < $1.address },
            failures: failures.map { failure in
                guard case .instance(_, let name) = failure.destination else {
                    return (failure.destination.description, failure.error)
                }
                return (name.text, failure.error)
            })
    }

    /// Where a page of so many items ends: what one twin has stays together, because the cursor
    /// names the twin. Only one that has more by itself makes a page longer.
    private static func end(of items: [Page.Item], limit: Int) -> Int {
        guard items.count > limit, items[limit].cursorText == items[limit - 1].cursorText else {
            return limit
        }
        let split = items[limit].cursorText
        let begin = items.firstIndex { $0.cursorText == split } ?? limit
        return begin > 0 ? begin : items.firstIndex { $0.cursorText != split } ?? items.count
    }

    var hasFailures: Bool { !failures.isEmpty }
}
