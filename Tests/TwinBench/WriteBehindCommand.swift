import ArgumentParser
import Foundation
import TwinClient
import TwinCore

/// What rows written behind the journal cost the turns: many dirty twins, every turn a slice.
///
/// No sockets: one server core, its journal and its rows in `--state-dir`, batches from memory.
/// First no rows are written, then a slice every tenth turn, then as many as may be, as an instance
/// does when its journal grows long, then none again: the difference is what write-behind delays a
/// turn, and the two halves without it say how much of that is the disk's own.
struct WriteBehindCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-behind", abstract: "Turn times with and without rows")

    @Option(help: "Server twins of the one instance; all are dirty all the time.")
    var twins = 100_000

    @Option(help: "Reports that each twin's window holds before the measurement.")
    var window = 90

    @Option(help: "Reports in a turn.")
    var batch = 1_000

    @Option(help: "How long each part is measured, in seconds.")
    var seconds = 30

    @Option(help: "An empty directory for the journal and the rows; made if absent.")
    var stateDir: String

    func validate() throws {
        for (name, number) in [("twins", twins), ("window", window), ("seconds", seconds)] {
            guard number > 0 else {
                throw ValidationError("--\(name): wanted at least 1, found \(number)")
            }
        }
        guard (1...Limits.reportsPerBatchMax).contains(batch) else {
            throw ValidationError(
                "--batch: wanted 1 to \(Limits.reportsPerBatchMax), found \(batch)")
        }
    }

    func run() throws {
        let before = try MeasuredProcess.itself.usage().residentMegabytes
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: batch, stateDirectory: stateDir)
        try instance.fillWindows(reports: window)
        let resident = try MeasuredProcess.itself.usage().residentMegabytes - before
        print("\(twins) twins with \(window) reports each, turns of \(batch) reports")
        print(
            String(
                format: "resident:      %.0f MB, %.2f KB a twin with its batch to send", resident,
                resident * 1_000 / Double(twins)))
        let paces: [(String, LoneInstance.Pace)] = [
            ("without rows: ", .never), ("usual pace:   ", .usual), ("hurried:      ", .hurried),
            ("without again:", .never),
        ]
        for (name, pace) in paces {
            let times = try instance.measure(seconds: seconds, rows: pace)
            print("\(name)  \(times.text)")
        }
        print("least number of dirty twins while measured: \(instance.dirtyLeast)")
    }
}
