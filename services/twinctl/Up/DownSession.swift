import Foundation
import Glibc
import TwinClient

/// One run of `twinctl down`: asks the `up` of a state directory to stop, and waits for it.
struct DownSession {
    private static let askAgain = Duration.milliseconds(100)
    /// Three stages of `Supervisor.stopPatience`, and a little more.
    private static let patience = Duration.seconds(70)

    let paths: UpPaths

    /// Throws `unavailable` when it does not end in time; nothing to stop is a success.
    func run(say: (String) -> Void) throws(UpError) {
        guard let holder = UpLock.holder(paths) else {
            say("Nothing runs in \(paths.directory).")
            return
        }
        say("Stopping twinctl up (process \(holder.pid)) in \(paths.directory).")
        guard kill(holder.pid, SIGTERM) == 0 || errno == ESRCH else {
            throw .system(errno, couldNot: "stop process \(holder.pid)")
        }
        let start = ContinuousClock.now
        while UpLock.holder(paths)?.pid == holder.pid {
            guard start.duration(to: .now) < DownSession.patience else {
                throw UpError(
                    .unavailable,
                    "process \(holder.pid) still runs after "
                        + "\(UpText.seconds(DownSession.patience)); see \(paths.log(of: "up"))")
            }
            usleep(useconds_t(DownSession.askAgain / .microseconds(1)))
        }
        say("Stopped. The state is kept; remove \(paths.directory) to start anew.")
    }
}
