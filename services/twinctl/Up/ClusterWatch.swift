import ArgumentParser
import Foundation
import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// Asks the running cluster how it is, and prints its pages, on two threads of its own.
///
/// Both outlive every process of the cluster: an answer that does not come is asked for again.
final class ClusterWatch: Sendable {
    private struct State {
        var status: StatusDocument?
        var isStopped = false
    }

    private static let statusIntervalMilliseconds: Int64 = 1_000
    private static let retryMilliseconds: Int64 = 1_000
    /// Short, so that a cluster that went away shows soon.
    private static let timeout = "2s"

    private let endpoint: String
    private let screen: Screen
    private let environment: [String: String]
    private let start = ClientTime.wall
    private let state = Mutex(State())

    init(endpoint: String, screen: Screen, environment: [String: String]) {
        self.endpoint = endpoint
        self.screen = screen
        self.environment = environment
    }

    /// The newest answer; nil before the first, and while nobody answers.
    var status: StatusDocument? { state.withLock { $0.status } }

    /// Begins to ask every second; `status` has the answer.
    func startAskingForStatus() {
        run(()) { _, session throws(ClientError) in
            try self.askForStatus(in: &session)
        }
    }

    /// Begins to print every page from the start of this watch on.
    func startFollowingAlerts() {
        run(AlertFollower(from: ReaderCursor(), since: start)) {
            follower, session throws(ClientError) in
            try self.printPages(of: &follower, in: &session)
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Calls `work` again and again with one session, on a new thread, until stopped.
    private func run<Memory: Sendable>(
        _ memory: Memory,
        _ work: @escaping @Sendable (inout Memory, inout Session) throws(ClientError) -> Void
    ) {
        Thread.detachNewThread {
            var memory = memory
            do {
                var session = try self.session()
                while !self.isStopped { try work(&memory, &session) }
            } catch ClientError.interrupted {
                return
            } catch {
                self.screen.say("! no longer watching the cluster: \(error)")
            }
        }
    }

    /// A session whose words nobody reads, which ends when the watch does.
    private func session() throws -> Session {
        let options = try GlobalOptions.parse([
            "--broker", endpoint, "--timeout", ClusterWatch.timeout,
        ])
        let silent = Output(
            answer: { _ in }, note: { _ in }, answersToTerminal: screen.isTerminal,
            notesToTerminal: false)
        var session = try Session(options, output: silent, environment: environment)
        session.connection.isInterrupted = { self.isStopped }
        return session
    }

    private func askForStatus(in session: inout Session) throws(ClientError) {
        do throws(ClientError) {
            let status = try session.clusterStatus()
            state.withLock { $0.status = status }
        } catch {
            if case .interrupted = error { throw error }
            state.withLock { $0.status = nil }
        }
        try pause(ClusterWatch.statusIntervalMilliseconds, in: &session)
    }

    private func printPages(
        of follower: inout AlertFollower, in session: inout Session
    ) throws(ClientError) {
        let batch: AlertFollower.Batch
        do throws(ClientError) {
            batch = try follower.next(over: &session.connection)
        } catch {
            // Only the first call ends because nobody is there.
            if case .interrupted = error { throw error }
            return try pause(ClusterWatch.retryMilliseconds, in: &session)
        }
        let renderer = AlertRenderer(session.context)
        for gap in batch.gaps { screen.say(renderer.text(gap)) }
        let pages = batch.alerts.filter(\.pages)
        if !pages.isEmpty { screen.say(renderer.text(pages)) }
    }

    /// Waits without asking anything; keeps the connection alive, ends when stopped.
    private func pause(_ milliseconds: Int64, in session: inout Session) throws(ClientError) {
        let end = ClientTime.monotonicMilliseconds + milliseconds
        while try session.connection.nextCompletion(byMilliseconds: end) != nil {}
    }
}
