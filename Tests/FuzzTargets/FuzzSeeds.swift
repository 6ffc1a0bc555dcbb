internal import TwinCore

/// Inputs to begin with that only a running cluster can write.
package enum FuzzSeeds {
    /// Records of all three tiers as `journalRecord` takes them, each once.
    package static var journalRecords: [[UInt8]] {
        let tiers: [(UInt8, Tier)] = [(0, .server), (1, .rack), (2, .dc)]
        return tiers.flatMap { number, tier in
            Set(SmallCluster.running.records[tier] ?? []).map { [number] + $0 }
                .sorted { $0.lexicographicallyPrecedes($1) }
        }
    }
}
