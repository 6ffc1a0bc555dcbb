import Foundation
import Glibc

/// One child process whose outputs go to a log file; whoever drops it kills it.
final class ServiceProcess {
    /// How a process ended.
    enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    let logPath: String
    private let process = Process()

    /// - Parameter environment: added to ours, with the `TWIN_` variables taken out.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        log: String
    ) throws {
        logPath = log
        if !FileManager.default.fileExists(atPath: log) {
            try Data().write(to: URL(filePath: log))
        }
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        try output.seekToEnd()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("TWIN_") }
            .merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try output.close()
        ClusterLogs.shared.add(log)
    }

    deinit {
        guard process.isRunning else { return }
        Glibc.kill(pid, SIGKILL)
        process.waitUntilExit()
    }

    var pid: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    var log: String { LogText.read(logPath) }

    func send(_ signal: Int32) {
        if process.isRunning { Glibc.kill(pid, signal) }
    }

    /// Waits for the end.
    func end(within seconds: Double = 30) async throws -> End {
        try await eventually("the end of process \(pid) (\(logPath))", within: seconds) {
            guard !process.isRunning else { return nil }
            switch process.terminationReason {
            case .exit: return .exit(process.terminationStatus)
            case .uncaughtSignal: return .signal(process.terminationStatus)
            @unknown default: throw HarnessError("an end of no known kind")
            }
        }
    }
}
