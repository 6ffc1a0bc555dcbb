import Foundation
import Synchronization
import TwinClient
import TwinCore

/// All servers of a fleet report in turn at a steady rate, on a thread of its own: an open loop,
/// so that a pause of the cluster is as long as it is for those who wait.
final class SteadyLoad: Sendable {
    /// What the thread is told to do.
    struct Orders: Sendable {
        /// Where in the run we are: pauses are noted under it.
        var step = 0
        /// The silent rack is silent.
        var isSilent = false
        /// Server after server fails.
        var isFailing = false
    }

    /// What the thread tells of itself.
    struct Progress: Sendable {
        var sent = 0
        var ok = 0
        var failed = 0
        /// Every server that fails has said so this often at least, with `ok`.
        var badLeast = 0
    }

    final class Shared: Sendable {
        let orders = Mutex(Orders())
        let progress = Mutex(Progress())
    }

    private let shared = Shared()
    private let worker: Worker<SteadyRecord>

    private static let finishWithin = 120.0

    init(_ fleet: SteadyFleet, _ settings: ScaleSettings, steps: Int, to endpoint: String) {
        let shared = shared
        worker = Worker("steady-load") { stop in
            var connection = try Connection(to: endpoint)
            let placement = try connection.placement(terms: Client.patient)
            var reporter = try SteadyReporter(
                fleet, settings, steps: steps, over: connection, placement: placement, shared)
            while !stop.isRaised { try reporter.turn() }
            return try reporter.finish()
        }
    }

    func order(_ change: (inout Orders) -> Void) { shared.orders.withLock { change(&$0) } }

    /// Throws what has ended the thread.
    func progress() throws -> Progress {
        try worker.check()
        return shared.progress.withLock { $0 }
    }

    /// Stops reporting and waits until every report got `ok`.
    func finish() async throws -> SteadyRecord {
        try await worker.finish(within: Self.finishWithin)
    }
}
