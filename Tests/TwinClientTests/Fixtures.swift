import TwinCore
import TwinWire

/// Values that several tests use.
enum Fixtures {
    static func instance(_ name: String) throws -> InstanceName { try InstanceName(name) }

    /// A placement whose shards are dealt in turn to the instances of each tier.
    static func placement(
        server: [String] = ["server-a"], rack: [String] = ["rack-a"], dc: [String] = ["dc-a"],
        shards: Int = 8
    ) throws -> PlacementDocument {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: shards))
        for (tier, names) in [(Tier.server, server), (.rack, rack), (.dc, dc)] {
            for index in 0..<shards where !names.isEmpty {
                placement[ShardID(tier: tier, index: UInt16(index))] = Placement.Owner(
                    instance: try instance(names[index % names.count]), epoch: .first,
                    isBorn: true)
            }
        }
        return PlacementDocument(
            clusterId: "test", protocol: 1, placement: placement, instances: [])
    }

    static func alert(
        _ tier: Tier, shard: UInt16, epoch: UInt32 = 1, sequence: UInt64, at: Int64
    ) -> AlertDocument {
        let id = AlertID(
            shard: ShardID(tier: tier, index: shard), epoch: Epoch(rawValue: epoch),
            sequence: sequence)
        return AlertDocument(
            id: "\(id)", at: RFC3339(Timestamp(milliseconds: at)), change: "verdict",
            pages: false, address: "\(tier)/x", verdict: .unhealthy)
    }

    static func page(
        _ tier: Tier, _ alerts: [AlertDocument], isComplete: Bool = true,
        gaps: [AlertsPage.Gap] = []
    ) throws -> AlertsPage {
        var cursor = AlertCursor(tier: tier)
        for alert in alerts {
            let id = try AlertID(alert.id)
            cursor.advance(
                to: AlertCursor.Place(
                    shard: id.shard.index, epoch: id.epoch, sequence: id.sequence))
        }
        return AlertsPage(
            tier: tier, alerts: alerts, cursor: cursor, gaps: gaps, isComplete: isComplete)
    }
}

/// A source of randomness whose every draw is the same. Small, but not 0: drawing from a range
/// rejects some lowest draws and would wait for another one for ever.
struct ConstantRandom: RandomNumberGenerator {
    var value: UInt64

    mutating func next() -> UInt64 { value }
}
