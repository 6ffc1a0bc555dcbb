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
    ///   - onlyEmptying: moves nothing but the shards of givers that are no takers.
    package init(
        of placement: Placement, in tier: Tier, givers: [InstanceName], takers: [InstanceName],
        onlyEmptying: Bool = false
    ) {
        let takers = takers.sorted()
        var held: [InstanceName: [ShardID]] = [:]
        for name in givers { held[name] = [] }
        for index in 0..<placement.shardCounts[tier] {
            let shard = ShardID(tier: tier, index: UInt16(index))
            guard let owner = placement[shard], owner.isBorn else { continue }
            held[owner.instance]?.append(shard)
        }
        guard !takers.isEmpty else {
            steps = []
            return
        }
        let shares = BalancePlan.shares(of: held, among: takers)
        var surplus: [(shard: ShardID, from: InstanceName)] = []
        for name in givers.sorted() {
            let own = held[name] ?? []
            let share = onlyEmptying && takers.contains(name) ? own.count : shares[name] ?? 0
            surplus += own.dropFirst(min(share, own.count)).map { ($0, name) }
        }
        surplus.sort { $0.shard < $1.shard }
        var counts = takers.map { name in min(held[name]?.count ?? 0, shares[name] ?? 0) }
        if onlyEmptying { counts = takers.map { held[$0]?.count ?? 0 } }
        steps = surplus.map { shard, from in
            // The one that lacks most of its share; the first of equals.
            let to = takers.indices.min {
                counts[$0] - (shares[takers[$0]] ?? 0) < counts[$1] - (shares[takers[$1]] ?? 0)
            }
            counts[to ?? 0] += 1
            return Step(shard: shard, from: from, to: takers[to ?? 0])
        }
    }

    /// Equal shares; the shards left over stay with those that have most, so that fewer move.
    private static func shares(
        of held: [InstanceName: [ShardID]], among takers: [InstanceName]
    ) -> [InstanceName: Int] {
        let total = held.values.reduce(0) { $0 + $1.count }
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
