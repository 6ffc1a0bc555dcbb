import Foundation
import HostMetrics
import Testing
import TwinCore

@Suite(
    "Agreement with Debian's prometheus-node-exporter",
    .enabled(
        if: NodeExporter.isInstalled,
        "\(NodeExporter.program) is not installed: apt-get install prometheus-node-exporter"
    ),
    .serialized)
struct NodeExporterTests {
    private static let seconds = 60.0

    /// Two scrapes of the fixture, a minute apart, and our sample at the second. How full its file
    /// systems are is the second scrape's word for both.
    private struct Minute {
        let before: PrometheusText
        let after: PrometheusText
        let sample: HostSample

        func grown(_ name: String, where isWanted: ([String: String]) -> Bool = { _ in true })
            -> Double
        {
            after.sum(name, where: isWanted) - before.sum(name, where: isWanted)
        }

        func rate(_ name: String, where isWanted: ([String: String]) -> Bool = { _ in true })
            -> Double
        {
            grown(name, where: isWanted) / NodeExporterTests.seconds
        }

        /// The greatest of `value` over the devices of metric `name` that are ours to judge.
        func worst(
            _ name: String, of prefix: String, by value: (([String: String]) -> Bool) -> Double
        ) -> Double? {
            after.all(name).compactMap { $0.labels["device"] }.filter { $0.hasPrefix(prefix) }
                .map { device in value { $0["device"] == device } }.max()
        }
    }

    private func minute(_ server: BigServer = .full) throws -> Minute {
        let space = ScrapedSpace()
        var host = try FixtureHost(space: space)
        defer { withExtendedLifetime(host.tree) {} }
        try host.tree.show(server)
        let exporter = try NodeExporter(
            root: host.tree.path,
            collectors: [
                "cpu", "cpufreq", "diskstats", "edac", "filesystem", "hwmon", "loadavg", "meminfo",
                "netclass", "netdev", "netstat", "powersupplyclass", "pressure", "rapl", "stat",
                "vmstat",
            ])
        _ = try host.sample(server)
        let before = try exporter.scrape()
        var later = server
        later.minute += 1
        try host.tree.show(later)
        let after = try exporter.scrape()
        space.show(after)
        let minute = try Minute(before: before, after: after, sample: host.sample(later))
        let failed = minute.after.all("node_scrape_collector_success").filter { $0.value == 0 }
        #expect(failed.map(\.labels).isEmpty)
        return minute
    }

    private func expectAgreement(
        _ minute: Minute, _ expected: [(HostMetric, Double?)],
        location: SourceLocation = #_sourceLocation
    ) throws {
        for (metric, value) in expected {
            let theirs = try #require(value, "\(metric) of the exporter", sourceLocation: location)
            let ours = try #require(
                minute.sample.value(of: metric), "\(metric)", sourceLocation: location)
            #expect(
                abs(Double(ours) - theirs) <= max(abs(theirs) * 1e-4, 1e-6),
                "\(metric): ours \(ours), theirs \(theirs)", sourceLocation: location)
        }
    }

    @Test("Processors, memory and pressure of the big server")
    func processors() throws {
        let minute = try minute()
        let all = minute.grown("node_cpu_seconds_total")
        let share = { mode in minute.grown("node_cpu_seconds_total") { $0["mode"] == mode } / all }
        let after = minute.after
        let cores = Double(Set(after.all("node_cpu_seconds_total").map { $0.labels["cpu"] }).count)
        try expectAgreement(
            minute,
            [
                (.cpuUtilization, 1 - share("idle")), (.cpuIowait, share("iowait")),
                (.cpuSteal, share("steal")), (.cpuLoad, after.sum("node_load1") / cores),
                (
                    .cpuFrequencyRatio,
                    after.sum("node_cpu_scaling_frequency_hertz")
                        / after.sum("node_cpu_frequency_max_hertz")
                ),
                (
                    .cpuThrottles,
                    minute.rate("node_cpu_core_throttles_total")
                        + minute.rate("node_cpu_package_throttles_total")
                ),
                (
                    .memoryUtilization,
                    1 - after.sum("node_memory_MemAvailable_bytes")
                        / after.sum("node_memory_MemTotal_bytes")
                ),
                (.memoryOutOfMemoryKills, minute.rate("node_vmstat_oom_kill")),
                (.pressureCpu, minute.rate("node_pressure_cpu_waiting_seconds_total")),
                (.pressureMemory, minute.rate("node_pressure_memory_waiting_seconds_total")),
                (.pressureIO, minute.rate("node_pressure_io_waiting_seconds_total")),
                (.memoryErrorsCorrected, minute.rate("node_edac_correctable_errors_total")),
                (.memoryErrorsUncorrected, after.sum("node_edac_uncorrectable_errors_total")),
                (
                    .uptime,
                    Double(minute.sample.at.milliseconds) / 1_000
                        - after.sum("node_boot_time_seconds")
                ),
            ])
    }

    @Test("Disks, file systems and network of the big server")
    func devices() throws {
        let minute = try minute(BigServer(readonlyMounts: ["/boot"]))
        let latency = minute.worst("node_disk_io_time_seconds_total", of: "nvme") { device in
            (minute.grown("node_disk_read_time_seconds_total", where: device)
                + minute.grown("node_disk_write_time_seconds_total", where: device))
                / (minute.grown("node_disk_reads_completed_total", where: device)
                    + minute.grown("node_disk_writes_completed_total", where: device))
        }
        let lossShare = { (kind: String) in
            minute.worst("node_network_receive_packets_total", of: "eth") { device in
                (minute.grown("node_network_receive_\(kind)_total", where: device)
                    + minute.grown("node_network_transmit_\(kind)_total", where: device))
                    / (minute.grown("node_network_receive_packets_total", where: device)
                        + minute.grown("node_network_transmit_packets_total", where: device))
            }
        }
        let carriers = minute.after.all("node_network_carrier") {
            $0["device"]?.hasPrefix("eth") == true
        }
        try expectAgreement(
            minute,
            [
                (
                    .diskUtilization,
                    minute.worst("node_disk_io_time_seconds_total", of: "nvme") {
                        minute.rate("node_disk_io_time_seconds_total", where: $0)
                    }
                ),
                (.diskLatency, latency),
                (.fileSystemUtilization, fullest(minute.after)),
                (
                    .fileSystemReadonly,
                    localFileSystems(minute.after, "readonly").map(\.value).max()
                ),
                (.networkDropped, lossShare("drop")), (.networkErrors, lossShare("errs")),
                (.networkLinkUp, carriers.map(\.value).min()),
                (
                    .tcpRetransmitRatio,
                    minute.grown("node_netstat_Tcp_RetransSegs")
                        / minute.grown("node_netstat_Tcp_OutSegs")
                ),
            ])
    }

    @Test("Sensors and power of the big server")
    func sensors() throws {
        let minute = try minute()
        let after = minute.after
        let broken = after.all("node_hwmon_temp_fault").filter { $0.value == 1 }.map(\.labels)
        let sound = after.all("node_hwmon_temp_celsius") { !broken.contains($0) }
        let margins = after.all("node_hwmon_temp_crit_celsius").compactMap { critical in
            sound.first { $0.labels == critical.labels }.map { critical.value - $0.value }
        }
        let inputs = after.all("node_hwmon_sensor_label") { $0["label"] == "vin" }
        let volts = after.all("node_hwmon_in_volts") { labels in
            inputs.contains { $0.labels["chip"] == labels["chip"] }
        }
        let mains = after.all("node_power_supply_online") {
            $0["power_supply"]?.hasPrefix("PSU") == true
        }
        try expectAgreement(
            minute,
            [
                (.temperature, sound.map(\.value).max()), (.temperatureMargin, margins.min()),
                (.fanSpeed, after.all("node_hwmon_fan_rpm").map(\.value).filter { $0 > 0 }.min()),
                (.power, after.sum("node_hwmon_power_average_watt")),
                (.voltage, volts.map(\.value).min()), (.powerSupplyOK, mains.map(\.value).min()),
            ])
    }

    @Test("RAPL power of a server without a meter")
    func energy() throws {
        let minute = try minute(BigServer(unplugged: ["power_meter", "pmbus"]))
        try expectAgreement(
            minute,
            [
                (
                    .power,
                    minute.rate("node_rapl_package_joules_total")
                        + minute.rate("node_rapl_dram_joules_total")
                )
            ])
    }

    /// Gauges that move are asked for before and after: theirs must lie between ours, within 5 %.
    @Test("Gauges of this host, within 5 %")
    func liveHost() throws {
        let exporter = try NodeExporter(
            root: "/", collectors: ["cpu", "filesystem", "loadavg", "meminfo", "netclass", "stat"])
        var sampler = HostSampler()
        let wall = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let before = sampler.sample(at: wall, monotonicMilliseconds: 0)
        let scrape = try exporter.scrape()
        let after = sampler.sample(at: wall, monotonicMilliseconds: 1)
        let cores = Set(scrape.all("node_cpu_seconds_total").map { $0.labels["cpu"] }).count
        let expected: [(HostMetric, Double?)] = [
            (.cpuLoad, scrape.sum("node_load1") / Double(cores)),
            (
                .memoryUtilization,
                1 - scrape.sum("node_memory_MemAvailable_bytes")
                    / scrape.sum("node_memory_MemTotal_bytes")
            ),
            (.fileSystemUtilization, fullest(scrape)),
            (.uptime, Double(wall.milliseconds) / 1_000 - scrape.sum("node_boot_time_seconds")),
            (.networkLinkUp, liveLink(scrape, device: after.device(of: .networkLinkUp))),
        ]
        for (metric, value) in expected {
            guard let theirs = value, let first = before.value(of: metric),
                let last = after.value(of: metric)
            else { continue }
            let tolerance = max(abs(theirs) * 0.05, 1e-3)
            let range = Double(min(first, last)) - tolerance...Double(max(first, last)) + tolerance
            #expect(range.contains(theirs), "\(metric): ours \(range), theirs \(theirs)")
        }
    }

    /// Others write and delete in between: theirs lies between ours before and after, to the byte,
    /// unless something went up and down again meanwhile. So it is asked until it does.
    @Test("Size and available bytes of each file system of this host, to the byte")
    func liveSizes() throws {
        let exporter = try NodeExporter(root: "/", collectors: ["filesystem"])
        let space = MountedSpace(root: HostRoot(path: "/"))
        let points = localFileSystems(try exporter.scrape(), "size_bytes").compactMap {
            $0.labels["mountpoint"]
        }
        #expect(!points.isEmpty)
        for point in points {
            let isAgreed = try (0..<50).contains { _ in
                let before = try #require(space.space(atMountPoint: point))
                let scrape = try exporter.scrape()
                let after = try #require(space.space(atMountPoint: point))
                let theirs = try #require(
                    scrape.value("node_filesystem_avail_bytes", "mountpoint", point))
                #expect(
                    scrape.value("node_filesystem_size_bytes", "mountpoint", point) == after.total)
                let low = min(before.available, after.available)
                return low <= theirs && theirs <= max(before.available, after.available)
            }
            #expect(isAgreed, "\(point)")
        }
    }

    /// The carrier of the worst link; of any if all are up.
    private func liveLink(_ scrape: PrometheusText, device: String?) -> Double? {
        guard let device else { return scrape.all("node_network_carrier").map(\.value).max() }
        return scrape.value("node_network_carrier", "device", device)
    }

    /// What both programs take for local disks: the exporter also asks network file systems.
    private func localFileSystems(_ text: PrometheusText, _ kind: String) -> [PrometheusText.Sample]
    {
        text.all("node_filesystem_\(kind)") { labels in
            !["nfs4", "nfs", "tmpfs", "9p", "virtiofs"].contains(labels["fstype"] ?? "")
        }
    }

    private func fullest(_ text: PrometheusText) -> Double? {
        localFileSystems(text, "size_bytes").compactMap { size in
            let available = localFileSystems(text, "avail_bytes").first { $0.labels == size.labels }
            return available.map { 1 - $0.value / size.value }
        }.max()
    }
}
