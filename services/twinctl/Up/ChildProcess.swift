import CPlatform
import Glibc

/// A running child process; whoever drops the last reference kills it.
///
/// A class because processes live in an array, which non-copyable values cannot.
package final class ChildProcess {
    /// How a child relates to the process that starts it.
    package enum Bond {
        /// It is told to stop when the starting thread ends, even by kill -9.
        case endsWithParent
        /// It goes on in its own session.
        case detached
    }

    package let pid: Int32
    private var end: ProcessEnd?
    private let bond: Bond

    /// Starts `executable`; standard input is empty, both outputs go to `output`.
    package init(
        _ executable: String, arguments: [String], environment: [String: String], bond: Bond,
        output: borrowing LogFile
    ) throws(UpError) {
        let flags =
            switch bond {
            case .endsWithParent: TWIN_SPAWN_ENDS_WITH_PARENT
            case .detached: TWIN_SPAWN_NEW_SESSION
            }
        let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
        let descriptor = output.descriptor
        var pid: Int32 = 0
        let failure = unsafe CStrings.with([executable] + arguments) { arguments in
            unsafe CStrings.with(variables) { variables in
                unsafe twin_spawn(executable, arguments, variables, descriptor, flags, &pid)
            }
        }
        guard failure == 0 else { throw .system(failure, couldNot: "start \(executable)") }
        self.pid = pid
        self.bond = bond
    }

    deinit {
        guard end == nil, bond == .endsWithParent else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// How it ended; nil while it runs. Never waits.
    package func poll() -> ProcessEnd? {
        if end == nil {
            var status: Int32 = 0
            if unsafe waitpid(pid, &status, WNOHANG) == pid { end = ProcessEnd(waitStatus: status) }
        }
        return end
    }

    /// Sends `signal` unless the end is known: until then the number cannot be another's.
    package func send(_ signal: Int32) {
        if end == nil { kill(pid, signal) }
    }
}
