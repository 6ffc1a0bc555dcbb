import ArgumentParser

/// What a server twin holds when its 15-minute window is full: resident memory of one server core,
/// without the reports that this process keeps for sending.
struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory", abstract: "Bytes of a server twin with a full window")

    @Option(help: "Server twins.")
    var twins = 40_000

    @Option(help: "Reports that each twin's window holds.")
    var window = 90

    @Option(help: "An empty directory for the journal and the rows; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let before = try MeasuredProcess.itself.usage().residentMegabytes
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: 1_000, stateDirectory: stateDir)
        let commissioned = try MeasuredProcess.itself.usage().residentMegabytes
        try instance.fillWindows(reports: window)
        let full = try MeasuredProcess.itself.usage().residentMegabytes
        let own = Double(instance.batchBytes)
        var measurement = output.measurement("memory")
        measurement.note("bytesPerTwin", ((full - before) * 1e6 - own) / Double(twins))
        measurement.note(
            "commissionedBytesPerTwin", ((commissioned - before) * 1e6 - own) / Double(twins))
        measurement.note("residentMegabytes", full)
        try output.tell(measurement)
    }
}
