import Synchronization
import TwinClient
import TwinCore
import TwinRuntime
import TwinWire

/// A following client in a thread of its own, which notes when it saw each incident open.
final class AlertWatch: Sendable {
    /// An `opened` record and the moment at which the client had it.
    struct Seen: Sendable {
        var address: String
        var summary: String
        var nanoseconds: Int64
    }

    private let seen = Mutex(Result<[Seen], any Error>.success([]))
    private let isEnding = Atomic(false)

    /// Begins to follow. Records are told without the pause in which a reader sorts those of
    /// several instances: that is the reader's choice and not the cluster's work.
    func begin(at broker: String) {
        _ = DedicatedThread(name: "alerts") { [self] in
            do {
                try follow(broker)
            } catch {
                seen.withLock { $0 = .failure(error) }
            }
        }
    }

    /// Everything so far; throws what ended the thread.
    func opened() throws -> [Seen] { try seen.withLock { try $0.get() } }

    /// The thread ends at its next look, some milliseconds later.
    func end() { isEnding.store(true, ordering: .relaxed) }

    private func follow(_ broker: String) throws {
        var connection = try Connection(to: broker)
        connection.isInterrupted = { [self] in isEnding.load(ordering: .relaxed) }
        var follower = AlertFollower(
            from: ReaderCursor(), since: ClientTime.wall, reorder: .zero)
        while !isEnding.load(ordering: .relaxed) {
            let batch = try follower.next(over: &connection)
            let now = ClientTime.monotonicNanoseconds
            let opened = batch.alerts.filter { $0.change == AlertChange.opened.rawValue }
                .map { alert in
                    Seen(
                        address: alert.address, summary: alert.incident?.summary ?? "",
                        nanoseconds: now)
                }
            seen.withLock { state in
                guard case .success(let before) = state else { return }
                state = .success(before + opened)
            }
        }
    }
}
