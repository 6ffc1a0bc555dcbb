package import TwinCore
package import TwinWire

/// Scatter and gather: one list out of what every instance of a tier holds.
extension Connection {
    /// Asks every instance of the tier, page after page, and merges.
    ///
    /// What does not answer is in `missing`; when nobody answers, that is the error.
    /// - Parameter limit: items at most; nil = all there are.
    package mutating func gather<Page: ListPage>(
        _ tier: Tier, _ type: MessageType, _ question: ListRequest, as page: Page.Type,
        limit: Int?, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> GatheredList<Page.Item> {
        let placement = try placement(refreshed: true, terms: terms)
        var gathering = Gathering<Page>(question: question, type: type, limit: limit, terms: terms)
        for instance in placement.instances(in: tier) {
            gathering.ask(tier, instance, after: question.after, over: &self)
        }
        defer { for id in gathering.asked.keys { forget(id) } }
        while !gathering.asked.isEmpty {
            let completion = try nextCompletion(byMilliseconds: .max) {
                gathering.asked[$0.id] != nil
            }
            guard let completion else { continue }
            try gathering.take(completion, over: &self)
        }
        return try gathering.list(of: tier, placement: placement)
    }
}

/// A scatter-gather under way.
private struct Gathering<Page: ListPage> {
    struct Asked {
        let tier: Tier
        let instance: InstanceName
    }

    let question: ListRequest
    let type: MessageType
    let limit: Int?
    let terms: RetryTerms
    var asked: [UInt64: Asked] = [:]
    private var items: [Page.Item] = []
    private var countByInstance: [InstanceName: Int] = [:]
    private var hasMore = false
    /// By address.
    private var stale: [String: StalenessDocument] = [:]
    private var failures: [(instance: InstanceName, error: ClientError)] = []

    init(question: ListRequest, type: MessageType, limit: Int?, terms: RetryTerms) {
        self.question = question
        self.type = type
        self.limit = limit
        self.terms = terms
    }

    mutating func ask(
        _ tier: Tier, _ instance: InstanceName, after: String?, over connection: inout Connection
    ) {
        var question = question
        question.after = after
        question.limit = min(limit ?? Limits.pageItemsMax, Limits.pageItemsMax)
        let id = connection.submit(
            ClientRequest(.instance(tier, instance), type, question, terms: terms))
        asked[id] = Asked(tier: tier, instance: instance)
    }

    mutating func take(
        _ completion: Completion, over connection: inout Connection
    ) throws(ClientError) {
        guard let asked = asked.removeValue(forKey: completion.id) else { return }
        switch completion.result {
        case .failure(let error): failures.append((asked.instance, error))
        case .success(let reply):
            let page = try reply.decode(Page.self)
            items += page.items
            for picture in page.stalePictures { stale[picture.address] = picture }
            let count = countByInstance[asked.instance, default: 0] + page.items.count
            countByInstance[asked.instance] = count
            guard let cursor = page.nextCursor else { return }
            if let limit, count >= limit {
                hasMore = true
            } else {
                ask(asked.tier, asked.instance, after: cursor, over: &connection)
            }
        }
    }

    func list(of tier: Tier, placement: Placement) throws(ClientError) -> GatheredList<Page.Item> {
        if let first = failures.first, countByInstance.isEmpty { throw first.error }
        var items = items.sorted { $0.order < $1.order }
        var cursor: String?
        if let limit, items.count > limit || hasMore {
            items = Array(items.prefix(limit))
            cursor = items.last?.cursorText
        }
        let failures = failures.sorted { $0.instance < $1.instance }
        return GatheredList(
            items: items, cursor: cursor,
            missing: missing(of: tier, placement: placement),
            stale: stale.values.sorted { $0.address < $1.address }, failures: failures)
    }

    /// The shards of instances that failed, and those that nobody owns.
    private func missing(of tier: Tier, placement: Placement) -> [MissingShardDocument] {
        let failed = Set(failures.map(\.instance))
        return (0..<placement.shardCounts[tier]).compactMap { index in
            let shard = ShardID(tier: tier, index: UInt16(index))
            let owner = placement[shard]?.instance
            if let owner, !failed.contains(owner) { return nil }
            return MissingShardDocument(shard, instance: owner, since: nil)
        }
    }
}
