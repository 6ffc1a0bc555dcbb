import ArgumentParser
import TwinCore

/// What both measurements are told: where the cluster is, how large the fleet, how long.
struct LoadOptions: ParsableArguments {
    @Option(help: "The broker's endpoint for clients.")
    var broker = "tcp://127.0.0.1:7700"

    @Option(help: "Racks of the fleet, in one data center.")
    var racks = 1_000

    @Option(help: "Servers in each rack.")
    var servers = 40

    @Option(help: "How long to measure, in seconds.")
    var seconds = 60

    @Option(help: "Load before the measurement, in seconds.")
    var warmUp = 5

    @Option(
        name: .customLong("process"),
        help: ArgumentHelp(
            "A process whose CPU and memory to tell; may be repeated.", valueName: "name=pid"))
    var processes: [MeasuredProcess] = []

    func validate() throws {
        for (name, number) in [("racks", racks), ("servers", servers), ("seconds", seconds)] {
            guard number > 0 else {
                throw ValidationError("--\(name): wanted at least 1, found \(number)")
            }
        }
        guard servers <= Limits.membersPerRackMax else {
            throw ValidationError(
                "--servers: wanted at most \(Limits.membersPerRackMax), found \(servers)")
        }
        guard warmUp >= 0 else {
            throw ValidationError("--warm-up: wanted at least 0, found \(warmUp)")
        }
    }
}
