internal import Dispatch
internal import Synchronization

/// Hands values from one thread to another in order; the receiver may wait for the next.
///
/// Bounded by its users: the engine has at most one turn, one slice and a few reads under way.
final class Mailbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
        arrivals.signal()
    }

    /// Everything that has arrived; never waits.
    func takeAll() -> [Value] {
        values.withLock { values in
            defer { values.removeAll(keepingCapacity: true) }
            return values
        }
    }

    /// Everything that has arrived, at least one; waits for it.
    func waitForAll() -> [Value] {
        while true {
            arrivals.wait()
            let taken = takeAll()
            if !taken.isEmpty { return taken }
        }
    }
}
