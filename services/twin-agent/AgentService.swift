internal import Foundation
package import Logging
internal import ServiceLifecycle
internal import TwinClient
internal import TwinCore
internal import UnixSignals

/// The agent as a service: one thread, ended by a signal or by `stop`.
package final class AgentService: Service {
    private let settings: AgentSettings
    private let log: Logger
    private let stopFlag = StopFlag()

    package init(_ settings: AgentSettings, log: Logger) {
        self.settings = settings
        self.log = log
    }

    /// Runs until SIGTERM or SIGINT. Throws what ended the agent before.
    package func runUntilStopped() async throws {
        let configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: self, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        try await ServiceGroup(configuration: configuration).run()
        log.info("stopped")
    }

    /// Runs until stopped; to be called once.
    package func run() async throws {
        log.info(
            "reporting",
            metadata: [
                "server": "\(settings.server)", "broker": "\(settings.broker)",
                "interval": "\(settings.interval.rawValue) ms", "version": "\(ClientVersion.text)",
            ])
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await runOnThread()
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
    }

    /// Asks the thread to end; it does within a quarter of a second.
    package func stop() { stopFlag.request() }

    /// Everything the agent does blocks, so that it has a thread of its own.
    private func runOnThread() async throws {
        let (settings, log, stop) = (settings, log, stopFlag)
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Void, any Error>) in
            Thread {
                continuation.resume(
                    with: Result {
                        var runner = AgentRunner(settings, log: log, stop: stop)
                        try runner.run()
                    })
            }.start()
        }
    }
}
