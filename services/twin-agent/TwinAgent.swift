import ArgumentParser
import CPlatform
import Foundation
import Logging
import TwinClient
import TwinWire

/// Reports this Linux host's metrics to its server twin.
@main
struct TwinAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twin-agent",
        abstract: "Reports this Linux host's metrics to its server twin, every interval.",
        discussion: """
            Every flag has an environment variable: --state-dir is TWIN_STATE_DIR. Reports wait \
            up to 15 minutes while the broker is away. The host must be under watch: \
            twinctl commission KEY --dc DC --rack RACK.
            """,
        version: ClientVersion.text)

    @Option(help: "The broker's endpoint (default \(AgentSettings.defaultBroker)).")
    var broker: String?

    @Option(help: "The key of this host's twin (default: the host's name).")
    var server: String?

    @Option(help: "The time between two reports, 1s to 1h (default 10s).")
    var interval: String?

    @Option(help: "The tree with the host's proc and sys (default /).")
    var root: String?

    @Option(help: "The directory that remembers the host's last boot (default: none is kept).")
    var stateDir: String?

    @Option(help: "trace, debug, info (default), notice, warning, error or critical.")
    var logLevel: String?

    @Option(help: "text (default) or json.")
    var logFormat: String?

    private var flags: [String: String?] {
        [
            "broker": broker, "server": server, "interval": interval, "root": root,
            "state-dir": stateDir, "log-level": logLevel, "log-format": logFormat,
        ]
    }

    func run() async throws {
        // Until the service group takes the signals over, there is nothing to finish.
        twin_signals_end_quietly()
        do {
            let settings = try AgentSettings(
                flags: flags, environment: ProcessInfo.processInfo.environment,
                hostName: ProcessInfo.processInfo.hostName)
            AgentLog.bootstrap(level: settings.logLevel, format: settings.logFormat)
            let log = Logger(label: Self.configuration.commandName ?? "")
            try await AgentService(settings, log: log).runUntilStopped()
        } catch {
            AgentLog.writeToStderr("twin-agent: \(Self.sentence(of: error))\n")
            throw ExitCode(Self.status(of: error).rawValue)
        }
    }

    private static func sentence(of error: any Error) -> String {
        (error as? ClientError)?.document.error.message ?? "\(error)"
    }

    private static func status(of error: any Error) -> ExitStatus {
        switch error {
        case is AgentSettingsError: .usage
        case let error as ClientError: error.exitStatus
        default: .internal
        }
    }
}
