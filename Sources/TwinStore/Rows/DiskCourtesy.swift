import Glibc
import Synchronization

/// Lets the rows, which can wait, stand back from the journal, which cannot: both share a disk.
///
/// The thread that commits says when it begins and ends; who writes rows asks before each small
/// step. Nobody waits for ever: rows must get on too.
package final class DiskCourtesy: Sendable {
    private let commits = Atomic<Int>(0)

    private static let pauseMicroseconds: UInt32 = 200
    /// 5 ms: then the rows go on beside the commit, so that a slow disk does not stop them.
    private static let pausesMax = 25

    package init() {}

    package func commitBegins() { commits.add(1, ordering: .relaxed) }

    package func commitEnds() { commits.subtract(1, ordering: .relaxed) }

    /// Returns when no commit is under way, or after 5 ms.
    func waitForCommits() {
        var pauses = 0
        while commits.load(ordering: .relaxed) > 0, pauses < Self.pausesMax {
            usleep(Self.pauseMicroseconds)
            pauses += 1
        }
    }
}
