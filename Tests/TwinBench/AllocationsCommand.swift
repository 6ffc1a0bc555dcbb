import ArgumentParser

/// What a packed report asks the heap for, beside what its batch and its turn do: how many blocks
/// more a turn takes than one with half of the reports.
///
/// Of many turns the median counts: a beat once a second, an audit once in five minutes and the
/// growth of a window ask for blocks too, but not for each report.
struct AllocationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations", abstract: "Blocks of the heap a packed report")

    @Option(help: "Server twins.")
    var twins = 4_000

    @Option(help: "Reports that each twin's window holds before the count.")
    var window = 90

    @Option(help: "Reports in a batch; a turn takes one.")
    var batch = 1_000

    @Option(help: "An empty directory for journals and rows; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard twins >= batch, batch >= Self.lesserBy else {
            throw ValidationError(
                "wanted --batch from \(Self.lesserBy) to --twins, found \(batch) and \(twins)")
        }
    }

    func run() throws {
        let large = try blocksPerTurn(batch: batch)
        let small = try blocksPerTurn(batch: batch / Self.lesserBy)
        var measurement = output.measurement("allocations")
        measurement.note(
            "allocationsPerReport", (large - small) / Double(batch - batch / Self.lesserBy))
        measurement.note("allocationsPerTurn", large)
        try output.tell(measurement)
    }

    private func blocksPerTurn(batch: Int) throws -> Double {
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: batch, stateDirectory: "\(stateDir)/\(batch)")
        try instance.fillWindows(reports: window)
        let before = instance.allocations.count
        try instance.fillWindows(reports: Self.rounds)
        return Spread(instance.allocations[before...].map { Double($0) }).quantile(0.5)
    }

    private static let lesserBy = 2
    private static let rounds = 20
}
