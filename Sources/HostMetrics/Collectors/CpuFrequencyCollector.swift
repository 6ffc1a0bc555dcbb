/// The processors' present frequency as a share of what the hardware can do, mean of all.
///
/// The mean and not the slowest: an idle core runs slowly and is well. The hardware's maximum and
/// not the governor's, so that a cap set by firmware or by a power budget shows.
struct CpuFrequencyCollector: HostCollector {
    func collect(into scrape: inout Scrape) {
        var sum = 0.0
        var count = 0
        for folder in ProcessorFolders.all(below: scrape.root) {
            guard let present = scrape.number(in: "\(folder)/cpufreq/scaling_cur_freq"),
                let highest = scrape.number(in: "\(folder)/cpufreq/cpuinfo_max_freq")
                    ?? scrape.number(in: "\(folder)/cpufreq/scaling_max_freq"),
                highest > 0
            else { continue }
            sum += Double(present) / Double(highest)
            count += 1
        }
        if count > 0 { scrape.set(.cpuFrequencyRatio, to: sum / Double(count)) }
    }
}
