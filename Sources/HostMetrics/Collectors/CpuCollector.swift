/// Use of all processors together, from `proc/stat`, and load per core, from `proc/loadavg`.
///
/// Shares are of the time that the kernel accounted for, so that a late sample does not distort
/// them. Waiting for a disk counts as use, as in node_exporter's usual `1 - idle`.
struct CpuCollector: HostCollector {
    private static let statFile = "proc/stat"
    private static let loadFile = "proc/loadavg"
    /// user, nice, system, idle, iowait, irq, softirq, steal; guest time is part of user time.
    private static let modes = [
        "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal",
    ]
    private static let idle = 3
    private static let iowait = 4
    private static let steal = 7
    /// Three seconds of ticks: by that much the kernel's idle and iowait may run back.
    private static let backstepTicks: UInt64 = 300

    func collect(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.statFile) else { return }
        var cores = 0
        for line in text.lines where line.hasPrefix("cpu") {
            if line.hasPrefix("cpu ") { collectTotal(line, into: &scrape) } else { cores += 1 }
        }
        collectLoad(cores: cores, into: &scrape)
    }

    private func collectTotal(_ line: Substring, into scrape: inout Scrape) {
        let count = Self.modes.count
        guard let ticks = scrape.numbers(in: line, of: Self.statFile, from: 1, count: count) else {
            return
        }
        let grown = zip(Self.modes, ticks).compactMap { mode, value in
            scrape.rates.increase(of: "cpu \(mode)", to: value, backstep: Self.backstepTicks)
        }
        let total = grown.reduce(0, +)
        let known = grown.count == count && total > 0
        let share = { (mode: Int) in known ? Double(grown[mode]) / Double(total) : nil }
        scrape.set(.cpuUtilization, to: share(Self.idle).map { 1 - $0 })
        scrape.set(.cpuIowait, to: share(Self.iowait))
        scrape.set(.cpuSteal, to: share(Self.steal))
    }

    private func collectLoad(cores: Int, into scrape: inout Scrape) {
        guard cores > 0, let text = scrape.root.text(of: Self.loadFile) else { return }
        guard let load = text.fields.first.flatMap({ Double($0) }) else {
            scrape.problems.note(Self.loadFile, wanted: "the load as a number", found: text.trimmed)
            return
        }
        scrape.set(.cpuLoad, to: load / Double(cores))
    }
}
