package import TwinCore
package import TwinWire

/// Scatter and gather: one list out of what every instance of a tier holds.
extension Connection {
    /// Asks every instance of the tier, page after page, and merges. Shards may move meanwhile:
    /// no twin that is there all along is left out or told twice.
    ///
    /// What does not answer is in `missing`; when nobody answers, that is the error.
    /// - Parameter limit: items at most; nil = all there are.
    package mutating func gather<Page: ListPage>(
        _ tier: Tier, _ type: MessageType, _ question: ListRequest, as page: Page.Type,
        limit: Int?, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> GatheredList<Page.Item> {
        var gathering = try Gathering<Page>(
            tier, type, question, limit: limit, terms: terms,
            document: askPlacement(terms: terms))
        do throws(ClientError) {
            try gathering.askInstances(over: &self)
            if let error = gathering.failureOfAll { throw error }
            try gathering.askMovedShards(over: &self)
        } catch {
            gathering.forgetAll(over: &self)
            throw error
        }
        return gathering.list(goneSince: gathering.hasFailures ? goneSince(terms: terms) : [:])
    }

    /// Since when instances are away, by name; empty when the broker does not say.
    private mutating func goneSince(terms: RetryTerms) -> [String: RFC3339] {
        do throws(ClientError) {
            let status = try request(ClientRequest(.broker, .clusterStatus, terms: terms))
                .decode(StatusDocument.self)
            let gone = status.processes.filter { $0.state == .lost || $0.state == .suspect }
            return Dictionary(gone.map { ($0.name, $0.since) }) { first, _ in first }
        } catch {
            // The list is whole but for what it names as missing; since when is extra.
            return [:]
        }
    }
}
