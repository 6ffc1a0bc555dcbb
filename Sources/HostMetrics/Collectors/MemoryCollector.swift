/// Memory in use, from `proc/meminfo`, and processes killed for want of it, from `proc/vmstat`.
struct MemoryCollector: HostCollector {
    private static let memoryFile = "proc/meminfo"
    private static let eventFile = "proc/vmstat"

    func collect(into scrape: inout Scrape) {
        collectUse(into: &scrape)
        collectKills(into: &scrape)
    }

    private func collectUse(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.memoryFile) else { return }
        guard let total = value(of: "MemTotal:", in: text), total > 0,
            let available = value(of: "MemAvailable:", in: text)
        else {
            scrape.problems.note(
                Self.memoryFile, wanted: "MemTotal and MemAvailable in kB",
                found: text.lines.first ?? "")
            return
        }
        scrape.set(.memoryUtilization, to: 1 - Double(available) / Double(total))
    }

    private func collectKills(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.eventFile),
            let kills = value(of: "oom_kill", in: text)
        else { return }
        scrape.set(.memoryOutOfMemoryKills, to: scrape.rates.rate(of: "oom_kill", to: kills))
    }

    private func value(of name: String, in text: String) -> UInt64? {
        for line in text.lines {
            let fields = line.fields
            if fields.count >= 2 && fields[0] == name { return UInt64(fields[1]) }
        }
        return nil
    }
}
