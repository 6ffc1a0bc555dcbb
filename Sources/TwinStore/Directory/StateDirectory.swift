import Glibc
package import TwinCore

/// The directory that holds one instance's durable state, locked for this process.
///
/// The lock goes with the value, at the latest with the process. Directories have mode 0700,
/// files 0600.
package struct StateDirectory: ~Copyable {
    package let paths: StatePaths
    /// Who the instance is; changed by `update`.
    package private(set) var identity: InstanceIdentity

    private let lock: PosixFile

    /// Locks `directory`, making it when it does not exist, for an instance of `tier`.
    ///
    /// `name` becomes the instance's name at its first start; later the kept one counts. Throws
    /// `locked` naming the holder's process, `wrongCluster` when another tier lives here,
    /// `newerSchema`, and `corrupt` for an unfinished restore.
    package init(
        opening directory: String, tier: Tier, name: @autoclosure () -> String
    ) throws(StoreError) {
        try PosixDisk.makeDirectory(directory)
        let paths = StatePaths(directory)
        let lock = try Self.lock(paths.lock)
        let identity: InstanceIdentity
        if let kept = try Self.readIdentity(paths) {
            identity = kept
        } else {
            identity = InstanceIdentity(tier: tier, name: name())
            try AtomicFile.replace(paths.identity, with: identity.json(file: paths.identity))
        }
        guard identity.tier == tier else {
            throw StoreError(
                .wrongCluster,
                "the state of a \(tier.name) instance was wanted, that of \(identity.tier.name) "
                    + "instance \(identity.name) was found: --state-dir names another service's "
                    + "directory", file: directory)
        }
        self.paths = paths
        self.identity = identity
        self.lock = lock
    }

    /// Notes a change of identity, durably.
    package mutating func update(
        _ change: (inout InstanceIdentity) -> Void
    ) throws(StoreError) {
        var changed = identity
        change(&changed)
        try AtomicFile.replace(paths.identity, with: changed.json(file: paths.identity))
        identity = changed
    }

    /// The identity kept at `paths`; nil in an empty directory.
    static func readIdentity(_ paths: StatePaths) throws(StoreError) -> InstanceIdentity? {
        if let bytes = try AtomicFile.read(paths.identity) {
            return try InstanceIdentity(json: bytes, file: paths.identity)
        }
        guard unsafe access(paths.rows, F_OK) != 0, unsafe access(paths.journal, F_OK) != 0 else {
            throw StoreError(
                .corrupt,
                "instance.json was wanted beside rows and journal, nothing was found: a restore "
                    + "did not finish here; remove this directory and restore again",
                file: paths.directory)
        }
        return nil
    }

    private static func lock(_ path: String) throws(StoreError) -> PosixFile {
        let file = try PosixFile(path: path, flags: O_RDWR | O_CREAT)
        guard try file.lock() else {
            var bytes: [UInt8] = []
            try file.read(StoreLimits.smallFileBytesMax, at: 0, into: &bytes)
            let digits = bytes.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            let holder =
                digits.isEmpty
                ? "another process" : "process \(String(decoding: digits, as: UTF8.self))"
            throw StoreError(
                .locked,
                "this state directory is in use by \(holder): stop it, or name another directory "
                    + "with --state-dir", file: path)
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8).span, at: 0)
        return file
    }
}
