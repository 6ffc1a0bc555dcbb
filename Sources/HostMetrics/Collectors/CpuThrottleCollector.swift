/// How often per second the processors slowed themselves down for heat: cores and packages in sum.
///
/// Hyper-threads share a core's counter and cores a package's, so each is read once.
struct CpuThrottleCollector: HostCollector {
    func collect(into scrape: inout Scrape) {
        var readCounters: Set<String> = []
        var sum: Double?
        for folder in ProcessorFolders.all(below: scrape.root) {
            guard let package = scrape.signedNumber(in: "\(folder)/topology/physical_package_id"),
                let core = scrape.signedNumber(in: "\(folder)/topology/core_id")
            else { continue }
            let counters = [
                ("throttles core \(package)/\(core)", "core_throttle_count"),
                ("throttles package \(package)", "package_throttle_count"),
            ]
            for (counter, file) in counters where !readCounters.contains(counter) {
                guard let value = scrape.number(in: "\(folder)/thermal_throttle/\(file)") else {
                    continue
                }
                readCounters.insert(counter)
                if let rate = scrape.rates.rate(of: counter, to: value) { sum = (sum ?? 0) + rate }
            }
        }
        if !readCounters.isEmpty { scrape.set(.cpuThrottles, to: sum) }
    }
}
