import TwinCore

/// At no time do two instances serve the same shard at the same epoch, and the broker's placement
/// names the one that does.
final class OwnerCheck: Checker {
    let name = "owners"

    func look(in world: World) {
        var owners: [String: String] = [:]
        for process in world.instances where process.isMember {
            for place in process.positions {
                let shard = "\(process.tier.name)#\(place.shard) at epoch \(place.epoch)"
                if let other = owners[shard] {
                    world.fail(name, "\(shard) is served by \(other) and by \(process.name)")
                }
                owners[shard] = process.name
            }
        }
    }

    func finish(in world: World) {
        guard let placement = world.broker.placement else {
            return world.fail(name, "the broker does not run at the end")
        }
        for process in world.instances {
            for place in process.positions {
                let shard = ShardID(tier: process.tier, index: place.shard)
                let owner = placement[shard]
                guard owner?.instance.text == process.name, owner?.epoch == place.epoch else {
                    world.fail(
                        name,
                        "\(process.name) serves \(shard) at epoch \(place.epoch), the "
                            + "placement says \(owner?.instance.text ?? "nobody") at epoch "
                            + "\(owner?.epoch.rawValue ?? 0)")
                    continue
                }
            }
        }
        for tier in Tier.allCases {
            for index in 0..<UInt16(World.shardsPerTier) {
                let isServed = world.instances.contains { process in
                    process.tier == tier && process.positions.contains { $0.shard == index }
                }
                if !isServed { world.fail(name, "\(tier.name)#\(index) is served by nobody") }
            }
        }
    }
}
