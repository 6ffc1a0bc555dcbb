import ArgumentParser
import Foundation

/// A process of the cluster on this machine, as `NAME=PID`.
struct MeasuredProcess: ExpressibleByArgument, Sendable {
    /// What a process has used so far.
    struct Usage: Sendable {
        var cpuSeconds: Double
        var residentMegabytes: Double
    }

    let name: String
    let pid: Int32

    init?(argument: String) {
        let parts = argument.split(separator: "=")
        guard parts.count == 2, let pid = Int32(parts[1]) else { return nil }
        name = String(parts[0])
        self.pid = pid
    }

    init(name: String, pid: Int32) {
        self.name = name
        self.pid = pid
    }

    /// This very process: what the load itself costs.
    static var itself: MeasuredProcess {
        MeasuredProcess(name: "twin-bench", pid: ProcessInfo.processInfo.processIdentifier)
    }

    /// By `/proc`; throws what cannot be read, such as the file of a process that has ended.
    func usage() throws -> Usage {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The second field is a name in parentheses and may hold blanks: count from behind it.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let ticks = [Self.userTicks, Self.systemTicks].map { Double(fields[$0]) ?? 0 }
        let pages = Double(fields[Self.residentPages]) ?? 0
        return Usage(
            cpuSeconds: (ticks[0] + ticks[1]) / Self.ticksPerSecond,
            residentMegabytes: pages * Self.pageBytes / 1_000_000)
    }

    // Fields of proc(5), counted from the closing parenthesis.
    private static let userTicks = 12
    private static let systemTicks = 13
    private static let residentPages = 22
    /// The kernel's unit in `/proc` on every architecture that Swift runs on.
    private static let ticksPerSecond = 100.0
    private static let pageBytes = 4_096.0
}
