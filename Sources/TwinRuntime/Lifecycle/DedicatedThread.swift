internal import CPlatform
internal import Foundation
internal import Synchronization

/// One thread that runs one loop to its end; `finished()` waits for it without blocking anybody.
package final class DedicatedThread: Sendable {
    private enum State: Sendable {
        case running([CheckedContinuation<Void, any Error>])
        case ended(Result<Void, any Error>)
    }

    private let state = Mutex(State.running([]))

    /// - Parameter name: at most 15 bytes, for `top -H` and core files.
    package init(name: String, _ body: @escaping @Sendable () throws -> Void) {
        let thread = Thread { [self] in
            // A longer name is not set, which only makes `top -H` poorer.
            _ = unsafe name.withCString { unsafe twin_thread_set_name($0) }
            end(Result(catching: body))
        }
        thread.stackSize = DedicatedThread.stackBytes
        thread.start()
    }

    private static let stackBytes = 8 << 20

    /// Returns when the body has returned, throws what it threw.
    package func finished() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let ended: Result<Void, any Error>? = state.withLock { state in
                switch state {
                case .running(let waiting):
                    state = .running(waiting + [continuation])
                    return nil
                case .ended(let result): return result
                }
            }
            if let ended { continuation.resume(with: ended) }
        }
    }

    private func end(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            guard case .running(let waiting) = state else {
                return [CheckedContinuation<Void, any Error>]()
            }
            state = .ended(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
