/// Which instance serves which shard: the broker's one durable fact.
///
/// Versioned: every change is +1. Told whole to instances and clients.
package struct Placement: Equatable, Sendable {
    /// The owner of one shard.
    package struct Owner: Equatable, Sendable {
        package var instance: InstanceName
        package var epoch: Epoch
        /// The owner has said that it holds the shard durably; from then on nobody else is ever
        /// given an empty one in its place.
        package var isBorn: Bool

        package init(instance: InstanceName, epoch: Epoch, isBorn: Bool) {
            self.instance = instance
            self.epoch = epoch
            self.isBorn = isBorn
        }
    }

    package var version: UInt64
    package let shardCounts: ShardCounts
    private var owners: [[Owner?]]
    /// The shards on their way to another owner, ascending; at most `Limits.movesInFlightMax`, and
    /// those that lost owners have released.
    package private(set) var moves: [ShardMove] = []

    package init(version: UInt64 = 0, shardCounts: ShardCounts) {
        self.version = version
        self.shardCounts = shardCounts
        owners = Tier.allCases.map { Array(repeating: nil, count: shardCounts[$0]) }
    }

    /// The owner of a shard; nil when nobody was ever given it or the index is out of range.
    package subscript(shard: ShardID) -> Owner? {
        get {
            let tier = owners[Int(shard.tier.rawValue)]
            return Int(shard.index) < tier.count ? tier[Int(shard.index)] : nil
        }
        set {
            guard Int(shard.index) < shardCounts[shard.tier] else { return }
            owners[Int(shard.tier.rawValue)][Int(shard.index)] = newValue
        }
    }

    /// The move of a shard; nil when it stays where it is.
    package func move(of shard: ShardID) -> ShardMove? { moves.first { $0.shard == shard } }

    /// Notes a move, in place of another one of the same shard.
    package mutating func set(_ move: ShardMove) {
        endMove(of: move.shard)
        let place = moves.firstIndex { $0.shard > move.shard } ?? moves.count
        moves.insert(move, at: place)
    }

    package mutating func endMove(of shard: ShardID) { moves.removeAll { $0.shard == shard } }

    /// The shard of a twin.
    package func shard(of address: TwinAddress) -> ShardID {
        ShardID(
            tier: address.tier,
            index: address.key.shardIndex(shardCount: shardCounts[address.tier]))
    }

    /// The shards that an instance owns, ascending.
    package func shards(of instance: InstanceName, in tier: Tier) -> [ShardID] {
        (0..<shardCounts[tier]).map { ShardID(tier: tier, index: UInt16($0)) }
            .filter { self[$0]?.instance == instance }
    }

    /// The instances that own shards of a tier, ascending by name, each once.
    package func instances(in tier: Tier) -> [InstanceName] {
        var names: [InstanceName] = []
        for owner in owners[Int(tier.rawValue)] {
            if let owner, !names.contains(owner.instance) { names.append(owner.instance) }
        }
        return names.sorted()
    }

    /// True once every shard of every tier has an owner.
    package var isComplete: Bool { owners.allSatisfy { !$0.contains { $0 == nil } } }

    /// True when no shard was ever given away.
    package var isEmpty: Bool { owners.allSatisfy { $0.allSatisfy { $0 == nil } } }
}

/// One run of neighbouring shards with the same owner, epoch and state: the packed form.
private struct PlacementRange: Codable {
    var tier: Tier
    var first: UInt16
    var last: UInt16
    var instance: InstanceName
    var epoch: Epoch
    var born: Bool
}

extension Placement: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, shardCounts, owners, moves
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let counts = try container.decode(ShardCounts.self, forKey: .shardCounts)
        let isPossible = Tier.allCases.allSatisfy {
            (1...Limits.shardCountMax).contains(counts[$0])
        }
        guard isPossible else {
            throw DecodingError.dataCorruptedError(
                forKey: .shardCounts, in: container,
                debugDescription: "wanted 1 to \(Limits.shardCountMax) shards a tier")
        }
        self.init(
            version: try container.decode(UInt64.self, forKey: .version), shardCounts: counts)
        for range in try container.decode([PlacementRange].self, forKey: .owners) {
            guard range.first <= range.last, Int(range.last) < counts[range.tier] else {
                throw DecodingError.dataCorruptedError(
                    forKey: .owners, in: container,
                    debugDescription: "shards \(range.first) to \(range.last) of \(range.tier)")
            }
            for index in range.first...range.last {
                self[ShardID(tier: range.tier, index: index)] = Owner(
                    instance: range.instance, epoch: range.epoch, isBorn: range.born)
            }
        }
        for move in try container.decodeIfPresent([ShardMove].self, forKey: .moves) ?? [] {
            guard Int(move.index) < counts[move.tier] else {
                throw DecodingError.dataCorruptedError(
                    forKey: .moves, in: container,
                    debugDescription: "shard \(move.shard)")
            }
            set(move)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(shardCounts, forKey: .shardCounts)
        try container.encode(ranges, forKey: .owners)
        if !moves.isEmpty { try container.encode(moves, forKey: .moves) }
    }

    private var ranges: [PlacementRange] {
        var ranges: [PlacementRange] = []
        for tier in Tier.allCases {
            for index in 0..<shardCounts[tier] {
                let shard = ShardID(tier: tier, index: UInt16(index))
                guard let owner = self[shard] else { continue }
                let previous = index > 0 ? self[ShardID(tier: tier, index: UInt16(index - 1))] : nil
                if previous == owner, !ranges.isEmpty {
                    ranges[ranges.count - 1].last = UInt16(index)
                } else {
                    ranges.append(
                        PlacementRange(
                            tier: tier, first: UInt16(index), last: UInt16(index),
                            instance: owner.instance, epoch: owner.epoch, born: owner.isBorn))
                }
            }
        }
        return ranges
    }
}
