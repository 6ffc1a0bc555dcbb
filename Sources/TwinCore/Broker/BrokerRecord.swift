/// What the broker must not forget: the contents of its placement file.
///
/// A plain value. The broker stores it before it tells anyone what is in it.
package struct BrokerRecord: Equatable, Sendable, Codable {
    /// One instance that has ever registered.
    package struct Member: Equatable, Sendable, Codable {
        package let name: InstanceName
        package let tier: Tier
        /// The start number that the instance has last proven to have stored; 0 = none yet.
        package var confirmedStart: UInt64
        /// The start number last offered to it; at least `confirmedStart`.
        package var offeredStart: UInt64

        package init(
            name: InstanceName, tier: Tier, confirmedStart: UInt64, offeredStart: UInt64
        ) {
            self.name = name
            self.tier = tier
            self.confirmedStart = confirmedStart
            self.offeredStart = offeredStart
        }
    }

    /// nil until a bootstrap draws one or an instance with state brings one.
    package var clusterID: String?
    package var configuration: ClusterConfiguration
    package var placement: Placement
    /// Ascending by name, at most `Limits.instancesMax`.
    package private(set) var members: [Member] = []
    /// Instances that are to be emptied, in the order they were asked for; nil = none.
    package private(set) var draining: [InstanceName]?
    /// Those of them that asked themselves, because they stop: for their process's life only. One
    /// that could not be emptied in time keeps its shards when it starts again.
    package private(set) var leaving: [InstanceName]?
    /// Tiers whose shards are being spread anew until they are balanced; nil = none.
    package private(set) var balancing: [Tier]?
    /// Those of them that a person asked for: who is here takes part, however young; nil = none.
    package private(set) var balancingByHand: [Tier]?

    package init(
        clusterID: String? = nil, configuration: ClusterConfiguration, shardCounts: ShardCounts
    ) {
        self.clusterID = clusterID
        self.configuration = configuration
        placement = Placement(shardCounts: shardCounts)
    }

    /// The member of that name. Cost: a scan.
    package subscript(name: InstanceName) -> Member? {
        members.first { $0.name == name }
    }

    /// Inserts a member, or replaces the one of its name.
    package mutating func set(_ member: Member) {
        let index = members.firstIndex { $0.name >= member.name } ?? members.count
        if index < members.count, members[index].name == member.name {
            members[index] = member
        } else {
            members.insert(member, at: index)
        }
    }

    /// Whether any instance is being emptied.
    var drains: Bool { draining?.isEmpty == false }

    package func isDraining(_ name: InstanceName) -> Bool { draining?.contains(name) ?? false }

    package func isLeaving(_ name: InstanceName) -> Bool { leaving?.contains(name) ?? false }

    /// - Parameter byItself: the word is the instance's own; a person's word outlasts it.
    /// - Returns: true when that was news.
    @discardableResult
    package mutating func drain(_ name: InstanceName, byItself: Bool = false) -> Bool {
        guard !isDraining(name) else {
            guard !byItself, isLeaving(name) else { return false }
            endLeave(of: name)
            return true
        }
        draining = (draining ?? []) + [name]
        if byItself { leaving = (leaving ?? []) + [name] }
        return true
    }

    package mutating func endDrain(of name: InstanceName) {
        draining?.removeAll { $0 == name }
        if draining?.isEmpty == true { draining = nil }
        endLeave(of: name)
    }

    private mutating func endLeave(of name: InstanceName) {
        leaving?.removeAll { $0 == name }
        if leaving?.isEmpty == true { leaving = nil }
    }

    package func isBalancing(_ tier: Tier) -> Bool { balancing?.contains(tier) ?? false }

    package func isBalancingByHand(_ tier: Tier) -> Bool {
        balancingByHand?.contains(tier) ?? false
    }

    /// - Parameter byHand: a person's word, which outdoes the broker's own.
    /// - Returns: true when that was news.
    package mutating func balance(_ tier: Tier, byHand: Bool) -> Bool {
        let isNews = !isBalancing(tier) || (byHand && !isBalancingByHand(tier))
        if !isBalancing(tier) { balancing = (balancing ?? []) + [tier] }
        if byHand, !isBalancingByHand(tier) {
            balancingByHand = (balancingByHand ?? []) + [tier]
        }
        return isNews
    }

    package mutating func endBalance(of tier: Tier) {
        balancing?.removeAll { $0 == tier }
        if balancing?.isEmpty == true { balancing = nil }
        balancingByHand?.removeAll { $0 == tier }
        if balancingByHand?.isEmpty == true { balancingByHand = nil }
    }
}
