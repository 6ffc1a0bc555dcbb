import Glibc
package import TwinCore

/// A directory of state directories `1`, `2`, …: replicas of one service that share a volume take
/// one each.
package enum StateRoot {
    /// Opens a sub-directory of `root` that no process has locked, making it when it is new.
    ///
    /// The first one that holds shards, so that a process that is made anew finds what its
    /// predecessor left; without such a one the first. Throws as `StateDirectory` does for the one
    /// that is taken, and `locked` when all are in use.
    ///
    /// - Parameter name: the name of an instance that starts for the first time, by number.
    package static func open(
        _ root: String, tier: Tier, name: (Int) -> String
    ) throws(StoreError) -> StateDirectory {
        try PosixDisk.makeDirectory(root)
        for number in 1...Limits.instancesMax {
            let path = "\(root)/\(number)"
            guard unsafe access(path, F_OK) == 0 else { break }
            guard let kept = try free(path, tier, name(number)) else { continue }
            if try holdsShards(kept.paths) { return kept }
        }
        for number in 1...Limits.instancesMax {
            if let free = try free("\(root)/\(number)", tier, name(number)) { return free }
        }
        throw StoreError(
            .locked,
            "a free sub-directory was wanted, \(Limits.instancesMax) in use were found: name "
                + "another directory with --state-root", file: root)
    }

    /// The state directory at `path`; nil when a process has it.
    private static func free(
        _ path: String, _ tier: Tier, _ name: String
    ) throws(StoreError) -> StateDirectory? {
        do throws(StoreError) {
            return try StateDirectory(opening: path, tier: tier, name: name)
        } catch {
            guard error.kind == .locked else { throw error }
            return nil
        }
    }

    /// Whether the rows say so; copies of shards that are on their way there do not count.
    private static func holdsShards(_ paths: StatePaths) throws(StoreError) -> Bool {
        guard unsafe access(paths.rows, F_OK) == 0 else { return false }
        return try RowStore(reading: paths.rows).loadShards().contains { row in
            switch row.custody {
            case .owned, .released: true
            case .candidate: false
            }
        }
    }
}
