internal import CPlatform
import Glibc

/// An open file descriptor, closed with the last reference to it.
///
/// A class because a protocol's associated type cannot be non-copyable; it holds one number.
package final class PosixFile: DiskFile {
    let descriptor: Int32
    /// Path for messages.
    let path: String

    private static let mode: mode_t = 0o600

    init(path: String, flags: Int32) throws(StoreError) {
        let opened = Self.retryingInterrupts {
            unsafe Glibc.open(path, flags | O_CLOEXEC, Self.mode)
        }
        guard opened >= 0 else {
            throw .system(errno, couldNot: "open the file", file: path)
        }
        descriptor = opened
        self.path = path
    }

    deinit { close(descriptor) }

    package func size() throws(StoreError) -> UInt64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .system(errno, couldNot: "ask the size", file: path)
        }
        return UInt64(status.st_size)
    }

    package func read(
        _ count: Int, at offset: UInt64, into buffer: inout [UInt8]
    ) throws(StoreError) {
        var problem: Int32 = 0
        unsafe buffer = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            guard let start = bytes.baseAddress else { return }
            while filled < count {
                let done = filled
                let got = Self.retryingInterrupts {
                    unsafe pread(
                        descriptor, start + done, count - done, off_t(offset) + off_t(done))
                }
                if got < 0 { problem = errno }
                if got <= 0 { return }
                filled += got
            }
        }
        guard problem == 0 else {
            throw .system(problem, couldNot: "read \(count) bytes", file: path, offset: offset)
        }
    }

    package func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            let rest = bytes.extracting(done...)
            let put = unsafe rest.withUnsafeBytes { rest in
                Self.retryingInterrupts {
                    unsafe pwrite(
                        descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                }
            }
            guard put > 0 else {
                throw .system(
                    put < 0 ? errno : ENOSPC, couldNot: "write \(bytes.count) bytes", file: path,
                    offset: offset)
            }
            done += put
        }
    }

    package func sync() throws(StoreError) {
        guard fdatasync(descriptor) == 0 else {
            throw .system(errno, couldNot: "sync the file", file: path)
        }
    }

    /// Like `sync`, and the file's own metadata; what a directory needs.
    func syncAll() throws(StoreError) {
        guard fsync(descriptor) == 0 else {
            throw .system(errno, couldNot: "sync", file: path)
        }
    }

    /// Writes out what is not on the disk yet of `count` bytes, and waits for it. Makes nothing
    /// durable: a later `sync` has less to do. `sync_file_range(2)`.
    func writeOut(_ count: UInt64, from offset: UInt64) throws(StoreError) {
        let problem = twin_file_write_out(descriptor, off_t(offset), off_t(count))
        guard problem == 0 else {
            throw .system(
                problem, couldNot: "write out \(count) bytes", file: path, offset: offset)
        }
    }

    /// Makes the file `bytes` long with its blocks reserved.
    func reserve(_ bytes: UInt64) throws(StoreError) {
        guard bytes > 0 else { return }
        let problem = posix_fallocate(descriptor, 0, off_t(bytes))
        guard problem == 0 else {
            throw .system(problem, couldNot: "reserve \(bytes) bytes", file: path)
        }
    }

    /// Cuts or extends the file to `bytes`.
    func truncate(to bytes: UInt64) throws(StoreError) {
        guard ftruncate(descriptor, off_t(bytes)) == 0 else {
            throw .system(errno, couldNot: "cut to \(bytes) bytes", file: path)
        }
    }

    /// Takes the file's exclusive lock; false when another process holds it.
    func lock() throws(StoreError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else {
            throw .system(errno, couldNot: "lock the file", file: path)
        }
        return false
    }

    private static func retryingInterrupts<Result: SignedInteger>(
        _ call: () -> Result
    ) -> Result {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}
