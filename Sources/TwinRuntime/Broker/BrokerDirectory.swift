internal import Glibc
package import TwinStore

/// The broker's state directory, locked for this process: `lock` and `placement.json`.
///
/// The lock goes with the value, at the latest with the process. The directory has mode 0700,
/// its files 0600.
package struct BrokerDirectory: ~Copyable, Sendable {
    package let placement: PlacementFile<PosixDisk>
    private let lock: Int32

    /// Locks `directory`, making it when it does not exist. Throws `locked` when another broker
    /// uses it.
    package init(opening directory: String) throws(StoreError) {
        let disk = try PosixDisk(directory: directory)
        let path = "\(directory)/lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, BrokerDirectory.mode)
        guard descriptor >= 0 else {
            throw StoreError(
                .forbidden, "could not open the lock: \(BrokerDirectory.reason(errno))", file: path)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw StoreError(
                    .inputOutput, "could not lock: \(BrokerDirectory.reason(code))", file: path)
            }
            throw StoreError(
                .locked,
                "this state directory is in use by another twin-broker: stop it, or "
                    + "name another directory with --state-dir", file: path)
        }
        placement = PlacementFile(on: disk)
        lock = descriptor
    }

    deinit { close(lock) }

    private static let mode: mode_t = 0o600

    private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
