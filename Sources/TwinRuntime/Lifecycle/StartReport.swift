internal import Dispatch
internal import Synchronization

/// How a thread tells its maker that it is up, or why not. What it says first counts.
package final class StartReport<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let isTold = DispatchSemaphore(value: 0)

    package init() {}

    package func succeed(_ value: Value) { tell(.success(value)) }

    package func fail(_ error: any Error) { tell(.failure(error)) }

    private func tell(_ result: Result<Value, any Error>) {
        let isFirst = outcome.withLock { outcome in
            guard outcome == nil else { return false }
            outcome = result
            return true
        }
        if isFirst { isTold.signal() }
    }

    /// Blocks until told; to be called once, not from an `async` function.
    package func wait() throws -> Value {
        isTold.wait()
        guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
