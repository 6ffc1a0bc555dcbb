import TwinCore

/// What a steady load has sent and what became of it.
struct SteadyRecord: Sendable {
    /// Reports that got `ok`, by number of server.
    var taken: [UInt64]
    /// The newest of them.
    var newest: [Timestamp?]
    /// Those of them that told of a failure.
    var badTaken: [Int]
    var sent = 0
    /// Entries that an instance or the broker refused for now, by code; sent again each time.
    var refused: [String: Int] = [:]
    /// Entries whose batch was not answered in time; sent again each time.
    var unanswered = 0
    /// Entries that were there already when they were sent again.
    var duplicates = 0
    /// By step, then by shard: the longest time in milliseconds from the moment that a report was
    /// due, or a probe, to its `ok`.
    var pauses: [[ShardID: Int64]]

    init(servers: Int, steps: Int) {
        taken = Array(repeating: 0, count: servers)
        newest = Array(repeating: nil, count: servers)
        badTaken = Array(repeating: 0, count: servers)
        pauses = Array(repeating: [:], count: steps)
    }

    var ok: UInt64 { taken.reduce(0, +) }

    mutating func note(pause milliseconds: Int64, of shard: ShardID, in step: Int) {
        if pauses[step][shard, default: -1] < milliseconds { pauses[step][shard] = milliseconds }
    }

    /// The longest of each of these shards in one step.
    func spread(of shards: Set<ShardID>, in step: Int) -> Spread {
        Spread(pauses[step].filter { shards.contains($0.key) }.map(\.value))
    }

    /// The longest of each shard of a tier, in one step or in all.
    func spread(of tier: Tier, in step: Int? = nil) -> Spread {
        var longest: [ShardID: Int64] = [:]
        for (number, pauses) in pauses.enumerated() where step == nil || step == number {
            longest.merge(pauses.filter { $0.key.tier == tier }) { max($0, $1) }
        }
        return Spread(Array(longest.values))
    }
}
