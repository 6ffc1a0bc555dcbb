/// What a person does to durable state on the service's machine: check, back up, restore.
///
/// `check` and `backup` only read, and work beside a running service: they lock nothing and read
/// again when its files changed under them.
package enum StoreCare {
    /// Reads from a journal that its owner may be writing: an error counts only when it stays.
    static func patiently<Result>(
        _ work: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        for _ in 1..<StoreLimits.liveReadAttemptsMax {
            do throws(StoreError) {
                return try work()
            } catch {
                // A segment that was recycled or half written while it was read looks missing or
                // damaged once; anything else will not get better.
                guard error.kind == .missing || error.kind == .corrupt else { throw error }
            }
        }
        return try work()
    }

    /// The identity in `paths`. Throws `missing` where no instance ever lived.
    static func identity(_ paths: StatePaths) throws(StoreError) -> InstanceIdentity {
        guard let identity = try StateDirectory.readIdentity(paths) else {
            throw StoreError(
                .missing, "the state of an instance was wanted, none was found",
                file: paths.directory)
        }
        return identity
    }
}
