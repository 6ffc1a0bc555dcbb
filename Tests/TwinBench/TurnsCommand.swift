import ArgumentParser
import TwinClient
import TwinCore

/// A fixed amount of work, so that what it takes can be counted: so many rounds of reports through
/// one core, its journal included, in one thread without sockets and rows.
///
/// `compose/instructions` runs it under callgrind.
struct TurnsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "turns", abstract: "A fixed number of reports, to count what they take")

    @Option(help: "Server twins.")
    var twins = 2_000

    @Option(help: "Reports that each twin's window holds before the count.")
    var window = 90

    @Option(help: "Reports of each twin that are counted.")
    var rounds = 10

    @Option(help: "Reports in a batch; a turn takes one.")
    var batch = 1_000

    @Option(help: "An empty directory for the journal and the rows; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard twins > 0, window >= 0, rounds >= 0,
            (1...Limits.reportsPerBatchMax).contains(batch)
        else {
            throw ValidationError(
                "wanted --twins from 1, --window and --rounds from 0 and --batch 1 to "
                    + "\(Limits.reportsPerBatchMax)")
        }
    }

    func run() throws {
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: batch, stateDirectory: stateDir)
        try instance.fillWindows(reports: window)
        try instance.fillWindows(reports: rounds)
        var measurement = output.measurement("turns")
        measurement.note("reports", Double(twins * (window + rounds)))
        try output.tell(measurement)
    }
}
