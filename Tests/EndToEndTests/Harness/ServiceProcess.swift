import Foundation
import Glibc

/// One child process whose outputs go to a log file; whoever drops it kills it.
final class ServiceProcess {
    /// How a process ended.
    enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    let pid: Int32
    let logPath: String
    private var knownEnd: End?

    /// The environment is ours without the `TWIN_` variables.
    init(_ executable: String, _ arguments: [String], log: String) throws {
        logPath = log
        pid = try Spawner.shared.start(
            [executable] + arguments,
            environment: ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TWIN_") },
            log: log)
        ClusterLogs.shared.add(log)
    }

    deinit {
        guard poll() == nil else { return }
        Glibc.kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    var isRunning: Bool { poll() == nil }

    var log: String { LogText.read(logPath) }

    /// What it holds of memory now.
    func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(separator: " ").compactMap({ Int($0) }).first
        else { throw HarnessError("/proc/\(pid)/status names no VmRSS") }
        return kilobytes * 1_024
    }

    /// Files and sockets it holds open.
    func openFilesCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }

    /// Whether it does something else by `signal` than die of it: not before its first words, when
    /// the loader, or a shell before it, still has the process.
    func heeds(_ signal: Int32) -> Bool {
        // The kernel tells of a process that ends meanwhile by no file or an empty one.
        guard isRunning, let status = FileManager.default.contents(atPath: "/proc/\(pid)/status")
        else { return false }
        let masks = String(decoding: status, as: UTF8.self).split(separator: "\n").compactMap {
            let words = $0.split(whereSeparator: \.isWhitespace)
            return Self.heedingMasks.contains(words[0]) ? UInt64(words[1], radix: 16) : nil
        }
        return masks.contains { $0 & 1 << UInt64(signal - 1) != 0 }
    }

    /// Signals that are blocked, ignored or caught.
    private static let heedingMasks: Set<Substring> = ["SigBlk:", "SigIgn:", "SigCgt:"]

    /// Sends `signal` unless the end is known: until then the number cannot be another's.
    func send(_ signal: Int32) {
        if knownEnd == nil { Glibc.kill(pid, signal) }
    }

    /// Waits for the end.
    func end(within seconds: Double = 30) async throws -> End {
        try await eventually("the end of process \(pid) (\(logPath))", within: seconds) { poll() }
    }

    /// How it ended; nil while it runs.
    func poll() -> End? {
        if knownEnd == nil {
            var status: Int32 = 0
            if unsafe waitpid(pid, &status, WNOHANG) == pid {
                let signal = status & Self.signalBits
                knownEnd = signal == 0 ? .exit(status >> 8 & Self.exitBits) : .signal(signal)
            }
        }
        return knownEnd
    }

    // The parts of a wait status on Linux, whose macros Swift does not see.
    private static let signalBits: Int32 = 0x7F
    private static let exitBits: Int32 = 0xFF
}
