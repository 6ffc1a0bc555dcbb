import ArgumentParser
import TwinClient
import TwinWire

/// The command line of dc-twins: one verb a file in Commands/.
@main
struct Twinctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twinctl",
        abstract: "Ask the twins of a data center what is wrong, and tell them what you do.",
        discussion: """
            Every command also takes --broker ENDPOINT (TWIN_BROKER), --timeout 5s, --json, \
            --color auto|always|never (NO_COLOR) and --local-time. The answer goes to stdout, \
            everything else to stderr.

            Exit codes: 0 ok, 1 refused, 2 unhealthy (--exit-code), 64 usage, 69 unavailable \
            (nothing was done), 70 internal, 74 storage failed, 75 try again (every command may \
            be repeated), 130 Ctrl-C.
            """,
        version: ClientVersion.text,
        subcommands: [
            StatusCommand.self, UnhealthyRacksCommand.self, IncidentsCommand.self,
            AlertsCommand.self, GetCommand.self, ListCommand.self, CommissionCommand.self,
            DecommissionCommand.self, MaintenanceCommand.self, AcknowledgeCommand.self,
            ReportCommand.self, RequestCommand.self, PingCommand.self, CheckCommand.self,
            QuarantineCommand.self, MoveCommand.self, DrainCommand.self, RebalanceCommand.self,
            AdoptCommand.self, SimulateCommand.self, ReplayCommand.self, UpCommand.self,
            DownCommand.self,
        ])

    static func main() {
        let arguments = GlobalArguments.afterCommand(Array(CommandLine.arguments.dropFirst()))
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            guard arguments.contains("--json"), exitCode(for: error) == .validationFailure else {
                exit(withError: error)
            }
            tellAsJSON(message(for: error))
            exit(withError: ExitCode.validationFailure)
        }
    }

    /// A mistake on the command line, for programs.
    private static func tellAsJSON(_ message: String) {
        let error = ClientError.usage(message: message, hint: "twinctl --help")
        ErrorOutput(isJSON: true, palette: .plain, output: .standard).tell(error.document)
    }
}
