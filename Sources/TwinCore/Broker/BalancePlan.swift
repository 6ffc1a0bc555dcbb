/// Which shards of a tier move where, so that every instance serves as many as any other, give or
/// take one, and as few move as possible.
///
/// Pure and deterministic: shards and instances are taken in their order. Shards of instances that
/// are not here now stay where they are: their state is on their disk.
package struct BalancePlan: Equatable, Sendable {
    package struct Step: Equatable, Sendable {
        package let shard: ShardID
        package let from: InstanceName
        package let to: InstanceName
    }

    /// Ascending by shard.
    package let steps: [Step]

    /// - Parameters:
    ///   - givers: the instances here now, whose shards can move.
    ///   - takers: those of them that may serve shards; a giver that is none is emptied.
    ///   - full: takers that get nothing and keep what is no more than their share.
    ///   - onlyEmptying: moves nothing but the shards of givers that are no takers.
    package init(
        of placement: Placement, in tier: Tier, givers: [InstanceName], takers: [InstanceName],
        full: [InstanceName] = [], onlyEmptying: Bool = false
    ) {
        let takers = takers.sorted()
        let open = takers.filter { !full.contains($0) }
        var held: [InstanceName: [ShardID]] = [:]
        for name in givers { held[name] = [] }
        for index in 0..<placement.shardCounts[tier] {
            let shard = ShardID(tier: tier, index: UInt16(index))
            guard let owner = placement[shard], owner.isBorn else { continue }
            held[owner.instance]?.append(shard)
        }
        guard !open.isEmpty else {
            steps = []
            return
        }
        let shares = BalancePlan.shares(of: held, among: takers, full: full)
        var surplus: [(shard: ShardID, from: InstanceName)] = []
        for name in givers.sorted() {
            let own = held[name] ?? []
            let share = onlyEmptying && takers.contains(name) ? own.count : shares[name] ?? 0
            surplus += own.dropFirst(min(share, own.count)).map { ($0, name) }
        }
        surplus.sort { $0.shard < $1.shard }
        var counts = open.map { name in min(held[name]?.count ?? 0, shares[name] ?? 0) }
        if onlyEmptying { counts = open.map { held[$0]?.count ?? 0 } }
        steps = surplus.map { shard, from in
            // The one that lacks most of its share; the first of equals.
            let to = open.indices.min {
                counts[$0] - (shares[open[$0]] ?? 0) < counts[$1] - (shares[open[$1]] ?? 0)
            }
            counts[to ?? 0] += 1
            return Step(shard: shard, from: from, to: open[to ?? 0])
        }
    }

    /// Shares as equal as can be when the full get nothing: one that has less than its share keeps
    /// what it has, and the others share the rest.
    private static func shares(
        of held: [InstanceName: [ShardID]], among takers: [InstanceName], full: [InstanceName]
    ) -> [InstanceName: Int] {
        var total = held.values.reduce(0) { $0 + $1.count }
        var sharing = takers
        var kept: [InstanceName: Int] = [:]
        while true {
            let shares = equalShares(of: total, held, among: sharing)
            let lacking = sharing.filter {
                full.contains($0) && held[$0]?.count ?? 0 < shares[$0] ?? 0
            }
            guard !lacking.isEmpty else { return shares.merging(kept) { share, _ in share } }
            for name in lacking {
                kept[name] = held[name]?.count ?? 0
                total -= held[name]?.count ?? 0
            }
            sharing.removeAll { lacking.contains($0) }
        }
    }

    /// Equal shares; the shards left over stay with those that have most, so that fewer move.
    private static func equalShares(
        of total: Int, _ held: [InstanceName: [ShardID]], among takers: [InstanceName]
    ) -> [InstanceName: Int] {
        let most = takers.sorted {
            let (left, right) = (held[$0]?.count ?? 0, held[$1]?.count ?? 0)
            return left == right ? $0 < $1 : left > right
        }
        var shares: [InstanceName: Int] = [:]
        for (place, name) in most.enumerated() {
            shares[name] = total / takers.count + (place < total % takers.count ? 1 : 0)
        }
        return shares
    }
}
