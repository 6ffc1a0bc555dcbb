import Glibc
import Synchronization

/// Ctrl-C as a question that waits ask, so that a command can say where it stands before it ends.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// From now on Ctrl-C only sets the flag; a second one ends the process as usual.
    static func watch() {
        // Touched before the handler can run: a lazy constant must not be made inside it.
        flag.store(false, ordering: .relaxed)
        _ = signal(SIGINT) { _ in
            Interruption.flag.store(true, ordering: .relaxed)
            _ = signal(SIGINT, SIG_DFL)
        }
    }

    static var isRequested: Bool { flag.load(ordering: .relaxed) }
}
