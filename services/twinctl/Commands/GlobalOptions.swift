import ArgumentParser
import TwinClient
import TwinCore

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    static let brokerDefault = "tcp://127.0.0.1:7700"

    @Option(
        help: ArgumentHelp(
            "Where the broker listens for clients (TWIN_BROKER, else \(brokerDefault)).",
            valueName: "endpoint"))
    var broker: String?

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "time"))
    var timeout = TimeSpan(span: Limits.requestTimeoutDefault)

    @Flag(help: "Print JSON: one object per answer.")
    var json = false

    @Option(help: "Colour: auto, always or never (NO_COLOR).")
    var color = Palette.Choice.auto

    @Flag(help: "Show times in this machine's time zone instead of UTC.")
    var localTime = false

    /// The names that may also stand before the command, with the number of values they take.
    static let valueCountByName = [
        "--broker": 1, "--timeout": 1, "--color": 1, "--json": 0, "--local-time": 0,
    ]
}

extension Palette.Choice: ExpressibleByArgument {}
