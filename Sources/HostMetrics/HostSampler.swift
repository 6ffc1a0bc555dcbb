package import TwinCore

/// Reads a Linux host, one sample a call. `twin-agent` calls it every interval.
///
/// Costs some hundred small file reads on a big server, a few milliseconds. A file system of the
/// host is asked with `statvfs`; network file systems are left out because a dead one would block.
package struct HostSampler {
    private let root: HostRoot
    private var collectors: [any HostCollector]
    private var rates = CounterRates()
    private var seen: Set<HostMetric> = []
    /// The boot that the last sample saw; keep it beyond the process and hand it to `init`.
    package private(set) var boot: BootIdentity?
    /// Malformed files so far, each named once.
    package private(set) var problems = HostProblems()

    /// `previousBoot` is what an earlier run of the reporter kept, nil at its first start.
    package init(
        root: HostRoot = HostRoot(), previousBoot: BootIdentity? = nil,
        fileSystems: (any FileSystemSpace)? = nil, clock: any ClockOffset = UnknownClockOffset()
    ) {
        self.root = root
        boot = previousBoot
        collectors = [
            CpuCollector(), CpuFrequencyCollector(), CpuThrottleCollector(), MemoryCollector(),
            PressureCollector(), MemoryErrorCollector(), DiskCollector(),
            FileSystemCollector(space: fileSystems ?? MountedSpace(root: root)),
            NetworkCollector(), TcpCollector(), TemperatureCollector(), FanCollector(),
            PowerCollector(), VoltageCollector(), PowerSupplyCollector(), UptimeCollector(),
            ClockCollector(clock: clock),
        ]
    }

    /// Reads everything now. `at` is wall time, `monotonicMilliseconds` the clock of the rates.
    package mutating func sample(
        at: Timestamp, monotonicMilliseconds: Int64
    ) -> HostSample {
        let present = BootIdentity(of: root, problems: &problems)
        let rebooted = boot.map { present.isReboot(since: $0) } ?? false
        boot = present
        rates.beginInterval(monotonicMilliseconds: monotonicMilliseconds, rebooted: rebooted)
        var scrape = Scrape(
            root: root, at: at, boot: present, rates: rates, problems: problems)
        for index in collectors.indices {
            collectors[index].collect(into: &scrape)
        }
        rates = scrape.rates
        rates.endInterval()
        problems = scrape.problems
        return report(scrape, rebooted: rebooted)
    }

    private mutating func report(_ scrape: Scrape, rebooted: Bool) -> HostSample {
        var sample = HostSample(
            at: scrape.at, names: [], values: [], devices: [], rebooted: rebooted)
        for metric in HostMetric.allCases {
            let reading = scrape.readings[metric]
            if reading != nil { seen.insert(metric) }
            guard seen.contains(metric) else { continue }
            if let device = reading?.device,
                sample.devices.count < Limits.worstDevicesPerReportMax
            {
                sample.devices.append(
                    WorstDevice(
                        metricIndex: UInt8(sample.names.count),
                        name: device.limited(toBytes: Limits.labelBytesMax)))
            }
            sample.names.append(metric.rawValue)
            sample.values.append(reading?.value ?? .nan)
        }
        return sample
    }
}
