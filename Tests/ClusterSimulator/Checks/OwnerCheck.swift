import TwinCore
import TwinRuntime

/// At no time do two instances serve the same shard, no two ever serve it under the same epoch,
/// nobody serves it before its owner has given it away, and then with everything the owner had; and
/// the broker's placement names the one that does.
///
/// An instance without its broker counts as well: it must not have what another one serves.
final class OwnerCheck: Checker {
    let name = "owners"

    private struct Served: Hashable {
        let tier: Tier
        let shard: UInt16
        let epoch: Epoch
    }

    /// Who has ever served a shard under an epoch, by process.
    private var owners: [Served: Int] = [:]
    /// By process: what it served when something last left it, by shard.
    private var served: [Int: [(shard: UInt16, epoch: Epoch, position: Position)]] = [:]

    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64,
        in world: World
    ) {
        let now = process.positions
        let before = served.updateValue(now, forKey: process.index) ?? []
        // In nearly every turn nothing has come and nothing gone.
        if now.elementsEqual(before, by: { $0.shard == $1.shard && $0.epoch == $1.epoch }) {
            return
        }
        for place in now
        where !before.contains(where: { $0.shard == place.shard && $0.epoch == place.epoch }) {
            began(
                Served(tier: process.tier, shard: place.shard, epoch: place.epoch), at: process,
                in: world)
        }
    }

    private func began(
        _ place: Served, at process: any SimulatedInstanceProcess, in world: World
    ) {
        note(place, of: process, in: world)
        for other in world.instances
        where other.index != process.index && other.tier == place.tier {
            if other.unreleased.contains(place.shard) {
                world.fail(
                    name,
                    "\(words(place)) is served by \(process.name), and \(other.name) has not "
                        + "released it")
            }
            process.checkTaken(place.shard, from: other)
        }
    }

    private func note(_ place: Served, of process: any SimulatedInstanceProcess, in world: World) {
        let owner = owners[place] ?? process.index
        owners[place] = owner
        guard owner != process.index else { return }
        world.fail(
            name,
            "\(words(place)) was served by \(world.processes[owner].name) and is by "
                + "\(process.name)")
    }

    private func words(_ place: Served) -> String {
        "\(place.tier.name)#\(place.shard) at epoch \(place.epoch)"
    }

    func look(in world: World) {
        var present: [ShardID: String] = [:]
        for process in world.instances {
            for place in process.positions {
                let shard = ShardID(tier: process.tier, index: place.shard)
                note(
                    Served(tier: process.tier, shard: place.shard, epoch: place.epoch),
                    of: process, in: world)
                if let other = present.updateValue(process.name, forKey: shard) {
                    world.fail(name, "\(shard) is served by \(other) and by \(process.name)")
                }
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
