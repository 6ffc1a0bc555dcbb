/// How busy the busiest disk is and how long the slowest takes, from `proc/diskstats` (kernel
/// Documentation/admin-guide/iostats.rst).
///
/// Partitions, loop and memory devices are left out, and so are stacked ones (dm, md): the disk
/// below is the one that somebody can replace. A disk without operations has no latency.
struct DiskCollector: HostCollector {
    private static let file = "proc/diskstats"
    private static let excludedPrefixes = ["ram", "zram", "loop", "fd", "dm-", "md", "sr", "nbd"]
    private static let partitionedByNumber = ["sd", "hd", "vd", "xvd"]
    private static let partitionedByLetter = ["nvme", "mmcblk"]
    private static let millisecondsPerSecond = 1_000.0
    /// Numbers after major, minor and name.
    private static let numbers = 11
    private static let reads = 0
    private static let readMilliseconds = 3
    private static let writes = 4
    private static let writeMilliseconds = 7
    private static let busyMilliseconds = 9

    func collect(into scrape: inout Scrape) {
        guard let text = scrape.root.text(of: Self.file) else { return }
        var utilization = Worst(.highest, harmless: 0)
        var latency = Worst(.highest, harmless: 0)
        var found = false
        for line in text.lines {
            guard let name = line.fields.dropFirst(2).first.map({ String($0) }),
                Self.isDisk(name),
                let numbers = scrape.numbers(in: line, of: Self.file, from: 3, count: Self.numbers)
            else { continue }
            found = true
            utilization.consider(busyShare(name, numbers, &scrape.rates), of: name)
            latency.consider(secondsPerOperation(name, numbers, &scrape.rates), of: name)
        }
        guard found else { return }
        scrape.set(.diskUtilization, to: utilization)
        scrape.set(.diskLatency, to: latency)
    }

    /// The kernel prints its disk times as 32-bit milliseconds: they wrap after 50 busy days.
    private func busyShare(
        _ name: String, _ numbers: [UInt64], _ rates: inout CounterRates
    ) -> Double? {
        let rate = rates.rate(
            of: "disk \(name) busy", to: numbers[Self.busyMilliseconds], range: .bits32)
        return rate.map { min($0 / Self.millisecondsPerSecond, 1) }
    }

    private func secondsPerOperation(
        _ name: String, _ numbers: [UInt64], _ rates: inout CounterRates
    ) -> Double? {
        let reads = rates.increase(of: "disk \(name) reads", to: numbers[Self.reads])
        let writes = rates.increase(of: "disk \(name) writes", to: numbers[Self.writes])
        let reading = rates.increase(
            of: "disk \(name) reading", to: numbers[Self.readMilliseconds], range: .bits32)
        let writing = rates.increase(
            of: "disk \(name) writing", to: numbers[Self.writeMilliseconds], range: .bits32)
        guard let reads, let writes, let reading, let writing, reads + writes > 0 else {
            return nil
        }
        return Double(reading + writing) / Double(reads + writes) / Self.millisecondsPerSecond
    }

    static func isDisk(_ name: String) -> Bool {
        if excludedPrefixes.contains(where: { name.hasPrefix($0) }) { return false }
        if partitionedByNumber.contains(where: { name.hasPrefix($0) }) {
            return name.last?.isDigit == false
        }
        if partitionedByLetter.contains(where: { name.hasPrefix($0) }) {
            guard let letter = name.lastIndex(where: { !$0.isDigit }) else { return true }
            return name[letter] != "p"
        }
        return true
    }
}
