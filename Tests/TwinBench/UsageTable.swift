/// CPU and memory of the cluster's processes between two moments.
struct UsageTable {
    private let processes: [MeasuredProcess]
    private let before: [MeasuredProcess.Usage]

    /// Begins to measure `processes` and this one.
    init(of processes: [MeasuredProcess]) throws {
        self.processes = processes + [.itself]
        before = try self.processes.map { try $0.usage() }
    }

    /// Of each process CPU seconds per million reports since the begin, and its resident megabytes.
    func note(in measurement: inout Measurement, reports: Int) throws {
        let millions = Double(max(1, reports)) / 1e6
        for (process, before) in zip(processes, before) {
            let now = try process.usage()
            measurement.note(
                "cpuSecondsPerMillion.\(process.name)",
                (now.cpuSeconds - before.cpuSeconds) / millions)
            measurement.note("residentMegabytes.\(process.name)", now.residentMegabytes)
        }
    }
}
