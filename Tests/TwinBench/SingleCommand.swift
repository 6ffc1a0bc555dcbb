import ArgumentParser
import TwinClient

/// How many reports a second become durable when every one travels alone, as from so many agents.
struct SingleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "single", abstract: "Reports a second, one a message")

    @OptionGroup var load: LoadOptions

    @Option(help: "How a report is written: packed (a batch of one) or map (with names).")
    var form = ReportForm.packed

    @Option(help: "Reports on their way.")
    var inFlight = 512

    @OptionGroup var output: OutputOptions

    func run() throws {
        var connection = try Connection(to: load.broker)
        let fleet = try Fleet(
            racks: load.racks, serversPerRack: load.servers, over: &connection)
        var flood = try LeanFlood(
            try fleet.shuffled.servers.map { try form.message(of: $0) }, window: inFlight,
            to: load.broker)
        _ = try flood.run(seconds: load.warmUp)
        try flood.finish()
        try fleet.settle(over: &connection)
        let usage = try UsageTable(of: load.processes)
        let reports = try flood.run(seconds: load.seconds)
        var measurement = output.measurement("single")
        measurement.note("reportsPerSecond", Double(reports) / Double(load.seconds))
        try usage.note(in: &measurement, reports: reports)
        try flood.finish()
        try output.tell(measurement)
    }
}
