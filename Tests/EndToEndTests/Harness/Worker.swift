import Foundation
import Synchronization

/// A thread that works beside a test until it is asked to stop, and then hands over what it has.
final class Worker<Output: Sendable>: Sendable {
    private let outcome: Outcome
    let stop = StopSign()

    private final class Outcome: Sendable {
        let result = Mutex<Result<Output, any Error>?>(nil)
    }

    init(_ name: String, _ body: @escaping @Sendable (StopSign) throws -> Output) {
        let outcome = Outcome()
        let stop = stop
        self.outcome = outcome
        let thread = Thread {
            let result = Result { try body(stop) }
            outcome.result.withLock { $0 = result }
        }
        thread.name = name
        thread.start()
    }

    deinit { stop.raise() }

    /// Throws what has ended the thread already.
    func check() throws {
        guard case .failure(let error)? = outcome.result.withLock({ $0 }) else { return }
        throw error
    }

    /// True once the thread has handed over what it has.
    var isOver: Bool { outcome.result.withLock { $0 != nil } }

    /// Asks the thread to stop and waits for what it hands over.
    func finish(within seconds: Double = 60) async throws -> Output {
        stop.raise()
        let result = try await eventually("the end of a worker", within: seconds) {
            outcome.result.withLock { $0 }
        }
        return try result.get()
    }
}

/// Tells a thread to stop.
final class StopSign: Sendable {
    private let isUp = Atomic(false)

    var isRaised: Bool { isUp.load(ordering: .acquiring) }

    func raise() { isUp.store(true, ordering: .releasing) }
}
