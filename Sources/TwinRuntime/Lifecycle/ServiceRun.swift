package import Logging
package import ServiceLifecycle
package import TwinCore
internal import CPlatform
internal import UnixSignals

/// What every service's entry point does around its work.
package enum ServiceRun {
    /// The first thing a service does: SIGTERM and SIGINT end it with code 0 until
    /// `untilStopped` takes them over. Opening and recovery survive a crash at any point, and so
    /// they survive this.
    package static func begin() { twin_signals_end_quietly() }

    /// Runs a service until it ends, or until SIGTERM or SIGINT; then it has 20 s to stop.
    /// - Parameter farewell: what it may take before that to give its work to others.
    package static func untilStopped(
        _ service: some Service, log: Logger, after farewell: Milliseconds = .zero
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration =
            .seconds(gracefulSeconds) + .milliseconds(farewell.rawValue)
        try await ServiceGroup(configuration: configuration).run()
        log.info("stopped")
    }

    private static let gracefulSeconds = 20

    /// Writes lines to stderr, for what must be said without a log.
    package static func say(_ text: String) {
        LineLogHandler.writeToStderr(Array((text + "\n").utf8))
    }
}
