import ArgumentParser
import Foundation
import TwinClient
import TwinCore
import TwinWire

/// How many reports a second become durable: packed batches, as many as the cluster takes.
///
/// Closed loop: each instance always has `--in-flight` batches to do, and the next leaves when an
/// answer comes.
struct PackedCommand: ParsableCommand {
    /// In which order the twins of the fleet stand in batches.
    enum Order: String, ExpressibleByArgument, CaseIterable {
        case rack, shuffled
    }

    static let configuration = CommandConfiguration(
        commandName: "packed", abstract: "Packed reports a second with ok")

    @OptionGroup var load: LoadOptions

    @Option(help: "Reports in a batch.")
    var batch = 1_000

    @Option(help: "Batches on their way to each instance.")
    var inFlight = 16

    @Option(help: "Twins of a batch: in rack order (rack) or in none (shuffled).")
    var order = Order.rack

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...Limits.reportsPerBatchMax).contains(batch) else {
            throw ValidationError(
                "--batch: wanted 1 to \(Limits.reportsPerBatchMax), found \(batch)")
        }
        guard inFlight > 0 else {
            throw ValidationError("--in-flight: wanted at least 1, found \(inFlight)")
        }
    }

    func run() throws {
        var connection = try Connection(to: load.broker)
        let began = ClientTime.monotonicNanoseconds
        let fleet = try Fleet(
            racks: load.racks, serversPerRack: load.servers, over: &connection)
        let seconds = Double(ClientTime.monotonicNanoseconds - began) / 1e9
        var flood = try ReportFlood(
            of: order == .shuffled ? fleet.shuffled : fleet, batch: batch, inFlight: inFlight)
        try flood.run(seconds: load.warmUp, over: &connection)
        try flood.finish(over: &connection)
        try fleet.settle(over: &connection)
        let usage = try UsageTable(of: load.processes)
        let rates = try flood.run(seconds: load.seconds, over: &connection)
        var measurement = output.measurement("packed")
        let reports = rates.reduce(0, +)
        measurement.note("reportsPerSecond", Double(reports) / Double(rates.count))
        measurement.note("slowestSecondReports", Double(rates.min() ?? 0))
        measurement.note("commissionsPerSecond", Double(fleet.servers.count) / seconds)
        try usage.note(in: &measurement, reports: reports)
        try flood.finish(over: &connection)
        try output.tell(measurement)
    }
}
