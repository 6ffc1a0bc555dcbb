import ArgumentParser
import Foundation
import Logging
import TwinClient
import TwinCore
import TwinRuntime
import TwinStore

/// How fast an instance that had no time for rows comes back from its journal alone: the service's
/// own start, up to the moment at which it would begin to serve.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Reports a second replayed from the journal")

    @Option(help: "Server twins.")
    var twins = 40_000

    @Option(help: "Reports of each twin in the journal.")
    var window = 90

    @Option(help: "Reports in a record.")
    var batch = 1_000

    @Option(help: "An empty directory for the instance's state; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let journalBytes = try leaveState()
        // Nobody is there: it would ask for a broker until the end of this process.
        let settings = try InstanceSettings(
            flags: ["state-dir": state, "broker": "tcp://127.0.0.1:9"], environment: [:])
        let began = ClientTime.monotonicNanoseconds
        let process = try InstanceProcess<ServerService>(
            settings, log: Logger(label: "replay") { _ in SwiftLogNoOpLogHandler() })
        let seconds = Double(ClientTime.monotonicNanoseconds - began) / 1e9
        withExtendedLifetime(process) {}
        var measurement = output.measurement("replay")
        measurement.note("seconds", seconds)
        measurement.note("reportsPerSecond", Double(twins * window) / seconds)
        measurement.note("megabytesPerSecond", Double(journalBytes) / 1e6 / seconds)
        try output.tell(measurement)
    }

    private var state: String { "\(stateDir)/state" }

    /// Leaves the files of an instance that was killed before it wrote any row; gives the bytes of
    /// its journal.
    private func leaveState() throws -> UInt64 {
        var instance = try LoneInstance.commissioned(
            twins: twins, batch: batch, stateDirectory: state)
        try instance.fillWindows(reports: window)
        let fresh = try StateDirectory(
            opening: "\(stateDir)/identity", tier: .server, name: LoneInstance.name)
        try FileManager.default.copyItem(
            atPath: fresh.paths.identity, toPath: StatePaths(state).identity)
        return instance.journalBytes
    }
}
