import Glibc
import Synchronization

/// Ctrl-C as a question that waits ask, so that a command can say where it stands before it ends.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// From now on Ctrl-C only sets the flag; a second one ends the process as usual.
    static func watch() { watch(SIGINT) }

    /// From now on SIGTERM does the same: for commands that tidy up behind them.
    static func watchTermination() { watch(SIGTERM) }

    static var isRequested: Bool { flag.load(ordering: .relaxed) }

    private static func watch(_ number: Int32) {
        // Touched before the handler can run: a lazy constant must not be made inside it.
        _ = flag.load(ordering: .relaxed)
        _ = signal(number) { number in
            Interruption.flag.store(true, ordering: .relaxed)
            _ = signal(number, SIG_DFL)
        }
    }
}
