/// The share of time in which some task waited for cpu, memory or disks (PSI, kernel
/// Documentation/accounting/psi.rst). Absent where the kernel runs without it.
struct PressureCollector: HostCollector {
    private static let resources: [(name: String, metric: HostMetric)] = [
        ("cpu", .pressureCpu), ("memory", .pressureMemory), ("io", .pressureIO),
    ]
    private static let microsecondsPerSecond = 1e6

    func collect(into scrape: inout Scrape) {
        for (name, metric) in Self.resources {
            let file = "proc/pressure/\(name)"
            guard let text = scrape.root.text(of: file) else { continue }
            let some = text.lines.first { $0.hasPrefix("some ") }
            let total = some?.fields.first { $0.hasPrefix("total=") }
            guard let microseconds = total.flatMap({ UInt64($0.dropFirst("total=".count)) }) else {
                scrape.problems.note(file, wanted: "some … total=MICROSECONDS", found: text.trimmed)
                continue
            }
            let rate = scrape.rates.rate(of: "pressure \(name)", to: microseconds)
            scrape.set(metric, to: rate.map { min($0 / Self.microsecondsPerSecond, 1) })
        }
    }
}
