internal import Foundation
internal import Synchronization
internal import TwinClient

/// Asks the agent's thread to end, from any thread.
package final class StopFlag: Sendable {
    private let isSet = Atomic(false)

    /// How long a waiting thread may take to notice.
    private static let noticeMilliseconds: Int64 = 250

    package init() {}

    package func request() { isSet.store(true, ordering: .releasing) }

    package var isRequested: Bool { isSet.load(ordering: .acquiring) }

    /// Waits until this monotonic time, or until it is requested.
    func wait(untilMilliseconds limit: Int64) {
        while !isRequested {
            let left = limit - ClientTime.monotonicMilliseconds
            guard left > 0 else { return }
            Thread.sleep(forTimeInterval: Double(min(left, Self.noticeMilliseconds)) / 1_000)
        }
    }
}
