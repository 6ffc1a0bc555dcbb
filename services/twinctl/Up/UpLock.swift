import Foundation
import Glibc
import TwinClient

/// The one `up` of a state directory: a locked file that says which process it is, and whether
/// the cluster is ready.
///
/// The kernel drops the lock with the process, however it ends, so the number is never stale.
package struct UpLock: ~Copyable {
    /// What the file of a running `up` says.
    package struct Holder: Equatable, Sendable {
        package let pid: Int32
        package let isReady: Bool

        package init(pid: Int32, isReady: Bool) {
            self.pid = pid
            self.isReady = isReady
        }
    }

    private static let readyWord = "ready"
    private static let bytesMax = 64

    private let descriptor: Int32
    private let path: String

    /// Takes the lock; throws `unavailable` naming who has it.
    package init(_ paths: UpPaths) throws(UpError) {
        descriptor = try UpLock.openLocked(paths)
        path = paths.lock
    }

    // The name stays: removing it would let two processes lock two files of one name.
    deinit { close(descriptor) }

    /// Tells whoever reads the file that the cluster serves.
    package func noteReady() throws(UpError) {
        try UpLock.write("\(getpid()) \(UpLock.readyWord)\n", to: descriptor, path)
    }

    /// Who holds the lock of a state directory; nil = nobody.
    package static func holder(_ paths: UpPaths) -> Holder? {
        let descriptor = unsafe open(paths.lock, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = unsafe read(descriptor, &bytes, bytesMax)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        guard let pid = words.first.flatMap({ Int32($0) }) else { return nil }
        return Holder(pid: pid, isReady: words.dropFirst().first == Substring(readyWord))
    }

    private static func openLocked(_ paths: UpPaths) throws(UpError) -> Int32 {
        let opened = unsafe open(paths.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .system(errno, couldNot: "open \(paths.lock)") }
        if flock(opened, LOCK_EX | LOCK_NB) == 0 {
            try write("\(getpid())\n", to: opened, paths.lock)
            return opened
        }
        close(opened)
        let holder = holder(paths).map { "process \($0.pid)" } ?? "another process"
        throw UpError(
            .unavailable,
            "\(paths.directory) is in use: twinctl up runs there already as \(holder); stop it "
                + "with `twinctl down`, or name another directory with --state-dir and "
                + "another --port")
    }

    private static func write(
        _ text: String, to descriptor: Int32, _ path: String
    ) throws(UpError) {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
        else { throw .system(errno, couldNot: "write \(path)") }
    }
}
