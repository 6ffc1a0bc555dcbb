import ArgumentParser
import Foundation
import Synchronization
import TwinClient
import TwinCore
import TwinRuntime

/// How many reports a second become durable without sockets: packed batches from memory, decoded,
/// stepped, journalled and synced, one engine thread an instance.
struct EngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "Packed reports a second without sockets")

    @Option(help: "Server twins of all instances together.")
    var twins = 40_000

    @Option(help: "Reports that each twin's window holds before the measurement.")
    var window = 90

    @Option(help: "Reports in a batch.")
    var batch = 1_000

    @Option(help: "Batches on their way in each instance.")
    var inFlight = 8

    @Option(help: "Instances, each with an engine thread of its own.")
    var instances = 1

    @Option(help: "How long is measured, in seconds.")
    var seconds = 10

    @Option(help: "An empty directory for journals and rows; made if absent.")
    var stateDir: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let before = try MeasuredProcess.itself.usage().residentMegabytes
        let outcomes = Mutex<[Result<EngineInstance.Work, any Error>]>([])
        let ended = DispatchSemaphore(value: 0)
        let ready = DispatchGroup()
        let go = DispatchSemaphore(value: 0)
        for _ in 0..<instances { ready.enter() }
        let threads = (0..<instances).map { number in
            DedicatedThread(name: "engine-\(number)") {
                let outcome = Result { try measured(number, ready: ready, go: go) }
                outcomes.withLock { $0.append(outcome) }
                ended.signal()
            }
        }
        ready.wait()
        let resident = try MeasuredProcess.itself.usage().residentMegabytes - before
        let usage = try MeasuredProcess.itself.usage()
        for _ in threads { go.signal() }
        for _ in threads { ended.wait() }
        let cpu = try MeasuredProcess.itself.usage().cpuSeconds - usage.cpuSeconds
        let works = try outcomes.withLock { $0 }.map { try $0.get() }
        let reports = works.reduce(0) { $0 + $1.reports }
        let commits = works.reduce(0) { $0 + $1.records }
        let bytes = works.reduce(0) { $0 + $1.recordBytes }
        var measurement = output.measurement("engine")
        measurement.note("reportsPerSecond", Double(reports) / Double(seconds))
        measurement.note("cpuMicrosecondsPerReport", cpu * 1e6 / Double(max(1, reports)))
        measurement.note("journalBytesPerReport", Double(bytes) / Double(max(1, reports)))
        measurement.note("bytesPerCommit", Double(bytes) / Double(max(1, commits)))
        measurement.note("commitsPerSecond", Double(commits) / Double(seconds))
        measurement.note("residentKilobytesPerTwin", resident * 1_000 / Double(twins))
        try output.tell(measurement)
    }

    private func measured(
        _ number: Int, ready: DispatchGroup, go: DispatchSemaphore
    ) throws -> EngineInstance.Work {
        var engine = try prepared(number, ready: ready)
        go.wait()
        return try engine.run(seconds: Double(seconds))
    }

    private func prepared(_ number: Int, ready: DispatchGroup) throws -> EngineInstance {
        defer { ready.leave() }
        var lone = try LoneInstance.commissioned(
            twins: twins / instances, batch: batch, stateDirectory: "\(stateDir)/\(number)")
        try lone.fillWindows(reports: window)
        return EngineInstance(lone.parts(), inFlight: inFlight)
    }
}
