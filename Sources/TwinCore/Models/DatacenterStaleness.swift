/// How long shards below a data center have been silent: which part of its picture is old.
///
/// Shards that fell silent at one input are one entry: an instance that ends is one or two.
package struct DatacenterStaleness: Equatable, Sendable, Codable {
    /// Shards of one tier that nobody has heard since one moment.
    package struct Silence: Equatable, Sendable, Codable {
        package let tier: Tier
        package internal(set) var shards: ShardSet
        let since: Elapsed
        package let sinceWall: Timestamp
        /// It has lasted for the cluster's `staleAfter`.
        package internal(set) var isStale = false
    }

    /// Of the shards that are silent now, oldest first; each shard is in one.
    package private(set) var silences: [Silence] = []

    package init() {}

    package var isEmpty: Bool { silences.isEmpty }

    /// Takes the shards of a tier that nobody hears at this input.
    mutating func follow(_ unheard: ShardSet, in tier: Tier, context: StepContext) {
        guard !unheard.isEmpty || !silences.isEmpty else { return }
        var known = ShardSet()
        for index in silences.indices where silences[index].tier == tier {
            silences[index].shards = silences[index].shards.intersection(unheard)
            known.formUnion(silences[index].shards)
        }
        silences.removeAll { $0.shards.isEmpty }
        let new = unheard.subtracting(known)
        if !new.isEmpty {
            silences.append(
                Silence(
                    tier: tier, shards: new, since: context.elapsed, sinceWall: context.wall))
        }
        for index in silences.indices {
            let silent = context.elapsed - silences[index].since
            silences[index].isStale = silent >= context.configuration.staleAfter
        }
    }

    /// When the next silence has lasted long enough; nil = none will.
    func nextDue(staleAfter: Milliseconds) -> Elapsed? {
        silences.filter { !$0.isStale }.map { $0.since + staleAfter }.min()
    }
}
