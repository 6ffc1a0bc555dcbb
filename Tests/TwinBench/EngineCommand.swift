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

    func run() throws {
        let before = try MeasuredProcess.itself.usage().residentMegabytes
        let outcomes = Mutex<[Result<[Int], any Error>]>([])
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
        let rates = try outcomes.withLock { $0 }.map { try $0.get() }
        let sums = (0..<seconds).map { second in rates.reduce(0) { $0 + $1[second] } }
        print(
            "\(twins) twins with \(window) reports each in \(instances) instances, "
                + "batches of \(batch)")
        print(
            String(
                format: "resident: %.0f MB, %.2f KB a twin with its batch to send", resident,
                resident * 1_000 / Double(twins)))
        print("reports/s over \(seconds) s: \(Spread(sums.map(Double.init)).text)")
        print(
            String(format: "CPU: %.3f µs a report", cpu * 1e6 / Double(sums.reduce(0, +))))
    }

    private func measured(
        _ number: Int, ready: DispatchGroup, go: DispatchSemaphore
    ) throws -> [Int] {
        var engine = try prepared(number, ready: ready)
        go.wait()
        return try (0..<seconds).map { _ in try engine.run(seconds: 1) }
    }

    private func prepared(_ number: Int, ready: DispatchGroup) throws -> EngineInstance {
        defer { ready.leave() }
        var lone = try LoneInstance.commissioned(
            twins: twins / instances, batch: batch, stateDirectory: "\(stateDir)/\(number)")
        try lone.fillWindows(reports: window)
        return EngineInstance(lone.parts(), inFlight: inFlight)
    }
}
