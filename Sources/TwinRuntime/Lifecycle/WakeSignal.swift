internal import Glibc
internal import Synchronization
internal import TwinCore

/// Wakes a thread that waits in a `Poller`, from any thread.
///
/// Add `fileDescriptor` to the poller, `clear()` after each wait.
package final class WakeSignal: Sendable {
    /// The reading end of a pipe; readable from `signal()` to `clear()`.
    package let fileDescriptor: Int32
    private let writingEnd: Int32
    private let stop = Atomic(false)

    package init() {
        var ends: [Int32] = [-1, -1]
        let made = unsafe pipe(&ends)
        invariant(made == 0, "no pipe to wake a thread with: errno \(errno)")
        for end in ends {
            let isSet = fcntl(end, F_SETFL, O_NONBLOCK) == 0 && fcntl(end, F_SETFD, FD_CLOEXEC) == 0
            invariant(isSet, "a pipe's end cannot be set: errno \(errno)")
        }
        fileDescriptor = ends[0]
        writingEnd = ends[1]
    }

    deinit {
        close(fileDescriptor)
        close(writingEnd)
    }

    /// Wakes the waiting thread, or its next wait.
    package func signal() {
        var byte: UInt8 = 1
        // Fails only when the pipe is full, and then the thread is woken already.
        _ = unsafe write(writingEnd, &byte, 1)
    }

    /// Takes what was signalled.
    package func clear() {
        var bytes = [UInt8](repeating: 0, count: WakeSignal.clearedAtOnce)
        // Fails only when nothing was signalled; what is left wakes the next wait.
        _ = unsafe read(fileDescriptor, &bytes, bytes.count)
    }

    private static let clearedAtOnce = 64

    /// Asks the thread to end, and wakes it.
    package func requestStop() {
        stop.store(true, ordering: .releasing)
        signal()
    }

    package var isStopRequested: Bool { stop.load(ordering: .acquiring) }
}
