import Foundation
import Synchronization
import TwinClient
import TwinCore

/// A relay on a thread of its own that reports for a fleet every two seconds and keeps what is
/// not taken, as agents do.
final class ReportLoad: Sendable {
    private struct Orders: Sendable {
        var silent: Set<TwinKey> = []
    }

    private final class Shared: Sendable {
        let orders = Mutex(Orders())
    }

    static let interval = Milliseconds.seconds(2)

    private let shared: Shared
    private let worker: Worker<[TwinKey: UInt64]>

    /// - Parameter faulty: servers whose file system turns read-only every other ten seconds, so
    ///   that there are alerts.
    init(_ fleet: Fleet, to endpoint: String, faulty: Set<TwinKey> = []) {
        let shared = Shared()
        self.shared = shared
        worker = Worker("reports") { stop in
            var reporter = try Reporter(fleet, faulty: faulty, endpoint: endpoint)
            while !stop.isRaised {
                let silent = shared.orders.withLock { $0.silent }
                try reporter.tick(silent: silent)
            }
            return try reporter.finish()
        }
    }

    /// These servers report no more.
    func silence(_ keys: [TwinKey]) { shared.orders.withLock { $0.silent.formUnion(keys) } }

    /// These servers report again.
    func revive(_ keys: [TwinKey]) { shared.orders.withLock { $0.silent.subtract(keys) } }

    /// Stops reporting and waits until every report got `ok`.
    /// - Returns: how many each server has sent.
    func finish() async throws -> [TwinKey: UInt64] { try await worker.finish() }
}

/// The state of a `ReportLoad`'s thread.
private struct Reporter: ~Copyable {
    private static let names = [
        "system.cpu.utilization", "system.memory.utilization", "system.filesystem.readonly",
        "system.uptime",
    ]
    private static let ticksPerPhase: UInt64 = 5
    private static let upBefore = Milliseconds.hours(24)
    private static let terms = RetryTerms(timeout: .seconds(1), attemptTimeout: .seconds(1))
    private static let finishWithin = Milliseconds.seconds(40)

    private let fleet: Fleet
    private let faulty: Set<TwinKey>
    private let bootedAt: Timestamp
    private var connection: Connection
    private var relay: ReportRelay
    private var tickNumber: UInt64 = 0
    private var nextTick: Int64
    private var sent: [TwinKey: UInt64] = [:]
    private var taken = 0
    private var refused: String?

    init(_ fleet: Fleet, faulty: Set<TwinKey>, endpoint: String) throws {
        // All that may throw comes first: a value that cannot be copied is made whole or not.
        let relay = try ReportRelay(
            names: Self.names,
            profile: ReporterProfile(
                interval: ReportLoad.interval, agentVersion: "test", relay: "end-to-end"))
        connection = try Connection(to: endpoint)
        self.relay = relay
        self.fleet = fleet
        self.faulty = faulty
        bootedAt = ClientTime.wall + (.zero - Self.upBefore)
        nextTick = ClientTime.monotonicMilliseconds
    }

    /// Adds a report a server when one is due, and sends what waits.
    mutating func tick(silent: Set<TwinKey>) throws {
        let now = ClientTime.monotonicMilliseconds
        guard now >= nextTick else {
            Thread.sleep(forTimeInterval: 0.02)
            return
        }
        nextTick = max(nextTick + ReportLoad.interval.rawValue, now)
        tickNumber += 1
        let at = ClientTime.wall
        let isFaultPhase = tickNumber / Self.ticksPerPhase % 2 == 1
        for key in fleet.servers where !silent.contains(key) {
            let readonly: Float = isFaultPhase && faulty.contains(key) ? 1 : 0
            relay.add(
                RelayReport(
                    key: key, at: at,
                    values: [0.4, 0.6, readonly, Float((at - bootedAt).seconds)]))
            sent[key, default: 0] += 1
        }
        try send()
    }

    private mutating func send() throws {
        do throws(ClientError) {
            let tally = try relay.send(over: &connection, terms: Self.terms)
            taken += tally.taken
            if let first = tally.refused.first { refused = "\(first.key): \(first.refusal)" }
        } catch {
            // Nobody answers: everything waits for the next time.
            guard case .badAnswer = error else { return }
            throw error
        }
    }

    mutating func finish() throws -> [TwinKey: UInt64] {
        let deadline = ClientTime.monotonicMilliseconds + Self.finishWithin.rawValue
        while relay.waitingCount > 0 {
            guard ClientTime.monotonicMilliseconds < deadline else {
                throw HarnessError("\(relay.waitingCount) reports were not taken at the end")
            }
            try send()
        }
        if let refused { throw HarnessError("a report was refused for good: \(refused)") }
        return sent
    }
}
