import ArgumentParser
import TwinClient

/// How fast an instance that had no time for rows comes back from its journal alone.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Reports a second replayed from the journal")

    @Option(help: "Server twins.")
    var twins = 40_000

    @Option(help: "Reports of each twin in the journal.")
    var window = 90

    @Option(help: "Reports in a record.")
    var batch = 1_000

    @Option(help: "An empty directory for the journal and the rows; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: batch, stateDirectory: stateDir)
        try instance.fillWindows(reports: window)
        let began = ClientTime.monotonicNanoseconds
        let replayed = try instance.replayed(rowsIn: "\(stateDir)/no-rows")
        let seconds = Double(ClientTime.monotonicNanoseconds - began) / 1e9
        guard replayed.twins == twins else {
            throw BenchError("wanted \(twins) twins after replay, found \(replayed.twins)")
        }
        var measurement = output.measurement("replay")
        measurement.note("seconds", seconds)
        measurement.note("reportsPerSecond", Double(twins * window) / seconds)
        measurement.note("megabytesPerSecond", Double(replayed.journalBytes) / 1e6 / seconds)
        try output.tell(measurement)
    }
}
