internal import TwinCore

/// Seconds since boot: wall time less the kernel's boot time; none if that is in the future.
struct UptimeCollector: HostCollector {
    func collect(into scrape: inout Scrape) {
        guard let boot = scrape.boot.bootSeconds else { return }
        let uptime = Double(scrape.at.milliseconds) / 1_000 - Double(boot)
        scrape.set(.uptime, to: uptime >= 0 ? uptime : nil)
    }
}
