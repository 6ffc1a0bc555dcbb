import ArgumentParser
import Foundation
import TwinClient
import TwinCore
import TwinWire

/// How long a report waits for its `ok` at a fixed rate.
///
/// Open loop: the time of every sending is fixed in advance, and latency counts from there, so
/// that a pause of the cluster is charged to every report that it delays.
struct LatencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Time from report to ok at a fixed rate")

    @OptionGroup var load: LoadOptions

    @Option(help: "Reports a second.")
    var rate = 20_000

    @Option(help: "Reports in a message: 1 = every report travels alone, as an agent's does.")
    var batch = 1

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rate > 0 else { throw ValidationError("--rate: wanted at least 1, found \(rate)") }
        guard (1...Limits.reportsPerBatchMax).contains(batch) else {
            throw ValidationError(
                "--batch: wanted 1 to \(Limits.reportsPerBatchMax), found \(batch)")
        }
    }

    func run() throws {
        var connection = try Connection(to: load.broker)
        let fleet = try Fleet(
            racks: load.racks, serversPerRack: load.servers, over: &connection)
        var pace = try ReportPace(of: fleet, batch: batch, rate: rate)
        try pace.run(seconds: load.warmUp, over: &connection)
        try fleet.settle(over: &connection)
        let usage = try UsageTable(of: load.processes)
        let latencies = try pace.run(seconds: load.seconds, over: &connection)
        var measurement = output.measurement("latency")
        measurement.note("reportsPerSecond", Double(rate))
        latencies.note(in: &measurement)
        try usage.note(in: &measurement, reports: Int(latencies.count) * batch)
        try output.tell(measurement)
    }
}
