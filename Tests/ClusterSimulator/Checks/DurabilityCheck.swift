import TwinCore
import TwinRuntime

/// Nothing leaves an instance before the journal is durable up to what it reflects, and what was
/// durable is there after every start.
final class DurabilityCheck: Checker {
    let name = "durability"
    /// By process: what the shards had reached when something last left it.
    private var told: [Int: [(shard: UInt16, position: Position)]] = [:]

    func released(
        _ turn: ClosedTurn, by process: any SimulatedInstanceProcess, durable: UInt64,
        in world: World
    ) {
        let reflected = turn.record == nil ? turn.number - 1 : turn.number
        guard durable < reflected else {
            told[process.index] = process.releasedPositions
            return
        }
        world.fail(
            name,
            "\(process.name) lets the messages of record \(reflected) go while its journal "
                + "is durable to \(durable)")
    }

    func restored(_ process: any SimulatedInstanceProcess, in world: World) {
        told[process.index] = nil
    }

    func rowsSaved(
        by process: any SimulatedInstanceProcess, upTo record: UInt64, journal durable: UInt64,
        in world: World
    ) {
        guard record > durable else { return }
        world.fail(
            name,
            "\(process.name) writes rows of record \(record) while its journal is durable to "
                + "\(durable)")
    }

    func recovered(_ process: any SimulatedInstanceProcess, in world: World) {
        for (shard, position) in told[process.index] ?? [] {
            let found = process.positions.first { $0.shard == shard }?.position ?? .none
            guard found < position, !process.givenAway.contains(shard) else { continue }
            world.fail(
                name,
                "\(process.name) told of position \(position) of shard \(shard) and came "
                    + "back with \(found)")
        }
    }
}
