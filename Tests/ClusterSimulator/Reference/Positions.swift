import TwinCore

/// The positions that answers were valid at: once somebody was told of a position of a shard,
/// nobody who asks later may be told of an earlier one.
struct Positions {
    private var highest: [String: UInt64] = [:]

    /// What an answer to a request that begins now must at least be valid at.
    func floor(of destination: String) -> UInt64 {
        shard(of: destination).flatMap { highest[$0] } ?? 0
    }

    mutating func note(
        _ destination: String, _ position: UInt64, floor: UInt64, in world: World
    ) {
        guard let shard = shard(of: destination) else { return }
        if position < floor {
            world.fail(
                "positions",
                "\(destination) answered as of position \(position) of \(shard), "
                    + "after somebody had been told of \(floor)")
        }
        highest[shard] = max(highest[shard] ?? 0, position)
    }

    private func shard(of destination: String) -> String? {
        let parts = destination.split(separator: "/")
        guard parts.count == 2 else { return nil }
        let index = CRC32.checksum(Array(parts[1].utf8)) % UInt32(World.shardsPerTier)
        return "\(parts[0])#\(index)"
    }
}
