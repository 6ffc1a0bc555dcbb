package import Logging
internal import ServiceLifecycle
internal import ZeroMQ

/// A broker on its own thread: started by `init`, ended by `stop` or with its service group.
package final class BrokerService: Service {
    /// Where it listens, with the ports that were chosen for `*`.
    package let endpoints: BrokerEndpoints

    private let wake: WakeSignal
    private let thread: DedicatedThread

    /// Opens the state directory, binds both sockets and starts the thread. Blocks until it
    /// listens; throws a `StartError` or a `StoreError`.
    package init(_ settings: BrokerSettings, log: Logger) throws {
        let wake = WakeSignal()
        let start = StartReport<BrokerEndpoints>()
        thread = DedicatedThread(name: "broker") {
            do {
                let context = try Context()
                var loop = try BrokerLoop(settings, context: context, wake: wake, log: log)
                start.succeed(try loop.endpoints)
                try loop.run()
            } catch {
                // Before the loop listens this is `init`'s to throw, later it is `run`'s.
                start.fail(error)
                throw error
            }
        }
        endpoints = try start.wait()
        self.wake = wake
        log.info(
            "broker ready",
            metadata: [
                "clients": .string(endpoints.clients), "services": .string(endpoints.services),
                "state": .string(settings.stateDirectory),
            ])
    }

    /// Runs until stopped; a graceful shutdown stops it. Throws what ended the loop.
    package func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await thread.finished()
        } onCancelOrGracefulShutdown: {
            self.stop()
        }
    }

    /// Asks the loop to end after its present turn.
    package func stop() { wake.requestStop() }

    deinit { wake.requestStop() }
}
