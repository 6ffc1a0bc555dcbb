import Foundation

/// CPU and memory of the cluster's processes between two moments.
struct UsageTable {
    private let processes: [MeasuredProcess]
    private let before: [MeasuredProcess.Usage]

    /// Begins to measure `processes` and this one.
    init(of processes: [MeasuredProcess]) throws {
        self.processes = processes + [.itself]
        before = try self.processes.map { try $0.usage() }
    }

    /// One line a process: CPU seconds since the begin, per million reports, resident megabytes.
    func lines(reports: Int) throws -> [String] {
        var lines = ["process       CPU s   µs/report      RSS MB"]
        for (process, before) in zip(processes, before) {
            let now = try process.usage()
            let cpu = now.cpuSeconds - before.cpuSeconds
            lines.append(
                process.name.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + String(
                        format: "%9.1f %11.2f %11.0f", cpu,
                        cpu * 1_000_000 / Double(max(1, reports)), now.residentMegabytes))
        }
        return lines
    }
}
