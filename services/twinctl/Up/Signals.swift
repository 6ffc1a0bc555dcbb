import Glibc

/// The signals that a supervisor waits for instead of being interrupted by.
struct Signals {
    enum Event: Equatable, Sendable {
        /// SIGINT, SIGTERM or SIGHUP: somebody wants us to stop.
        case stop
        /// A child may have ended, or nothing came in time.
        case other
    }

    private var awaited = sigset_t()

    /// Takes the signals out of normal delivery, for this thread and those it starts later.
    init() {
        unsafe sigemptyset(&awaited)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGCHLD] { unsafe sigaddset(&awaited, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &awaited, nil)
        // A reader of our output that went away is an error to look at, not an end.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next signal, at most `timeout`.
    func next(within timeout: Duration) -> Event {
        let (seconds, attoseconds) = timeout.components
        var limit = timespec(
            tv_sec: Int(seconds), tv_nsec: Int(attoseconds / attosecondsPerNanosecond))
        var awaited = awaited
        return switch unsafe sigtimedwait(&awaited, nil, &limit) {
        case SIGINT, SIGTERM, SIGHUP: .stop
        default: .other
        }
    }

    private let attosecondsPerNanosecond: Int64 = 1_000_000_000
}
