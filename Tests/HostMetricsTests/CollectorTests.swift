import Foundation
import HostMetrics
import Testing
import TwinCore

@Suite("What the collectors read from a big server")
struct CollectorTests {
    /// The values at the second of two snapshots a minute apart; see `BigServer`.
    private static let expected: [(HostMetric, Double, String?)] = [
        (.cpuUtilization, 1 - 132_384.0 / 384_000, nil), (.cpuIowait, 0.05, nil),
        (.cpuSteal, 0.02, nil), (.cpuLoad, 0.6, nil), (.cpuFrequencyRatio, 0.75, nil),
        (.cpuThrottles, 24.0 / 60, nil), (.memoryUtilization, 0.75, nil),
        (.memoryOutOfMemoryKills, 0.05, nil), (.pressureCpu, 0.05, nil),
        (.pressureMemory, 0.01, nil), (.pressureIO, 0.1, nil),
        (.memoryErrorsCorrected, 0.5, "mc1"), (.memoryErrorsUncorrected, 2, "mc1"),
        (.diskUtilization, 0.12, "nvme11n1"), (.diskLatency, 0.0012, "nvme11n1"),
        (.fileSystemUtilization, 0.875, "/data"), (.fileSystemReadonly, 0, nil),
        (.networkDropped, 0.0015, "eth3"), (.networkErrors, 0.00015, "eth3"),
        (.networkLinkUp, 1, nil), (.tcpRetransmitRatio, 0.005, nil),
        (.temperature, 68, "hwmon1 coretemp/Core 3"),
        (.temperatureMargin, 22, "hwmon1 coretemp/Core 3"),
        (.fanSpeed, 8_000, "hwmon2 nct6798/fan4"), (.power, 412, "power meter"),
        (.voltage, 229.5, "hwmon5 pmbus/vin"), (.powerSupplyOK, 1, nil), (.uptime, 86_460, nil),
    ]

    @Test("Each metric has its value and names its worst device")
    func everyMetric() throws {
        var host = try FixtureHost()
        let sample = try host.secondSample(.full)
        #expect(sample.names == Self.expected.map(\.0.rawValue))
        for (metric, value, device) in Self.expected {
            let found = try #require(sample.value(of: metric), "\(metric) is absent")
            #expect(
                abs(Double(found) - value) <= abs(value) * 1e-5, "\(metric): \(found), not \(value)"
            )
            #expect(sample.device(of: metric) == device, "\(metric)")
        }
        #expect(host.sampler.problems.listed.isEmpty)
        #expect(sample.rebooted == false)
    }

    @Test("Every name is in the catalogue and every value in its plausible range")
    func catalogue() throws {
        var host = try FixtureHost()
        let sample = try host.secondSample(.full)
        for (name, value) in zip(sample.names, sample.values) {
            let definition = try #require(MetricCatalogue.definition(of: name), "\(name)")
            #expect(definition.plausible.contains(value), "\(name)")
        }
        #expect(
            HostMetric.allCases.allSatisfy { MetricCatalogue.definition(of: $0.rawValue) != nil })
    }

    @Test("The first sample has all names; what needs two readings is absent in it")
    func firstSample() throws {
        var host = try FixtureHost()
        let first = try host.sample(.full)
        #expect(first.names == Self.expected.map(\.0.rawValue))
        #expect(first.value(of: .cpuUtilization) == nil)
        #expect(first.value(of: .diskLatency) == nil)
        #expect(first.value(of: .memoryErrorsUncorrected) == 2)
    }

    @Test("A host without any of the files reports nothing and does not complain")
    func emptyHost() throws {
        var host = try FixtureHost()
        let sample = host.sampler.sample(
            at: Timestamp(milliseconds: 0), monotonicMilliseconds: 0)
        #expect(sample.names.isEmpty)
        #expect(host.sampler.problems.listed.isEmpty)
    }

    @Test(
        "A malformed file is absent, named once and counted each time",
        arguments: [
            ("proc/stat", "cpu  1 2 three", HostMetric.cpuUtilization),
            ("proc/loadavg", "much", .cpuLoad),
            ("proc/meminfo", "MemTotal: 0 kB", .memoryUtilization),
            ("proc/pressure/io", "some total=x", .pressureIO),
            ("proc/diskstats", " 259 0 nvme0n1 1 2 3", .diskUtilization),
            ("proc/net/dev", "eth0: 1 2 3", .networkDropped),
            ("proc/net/snmp", "Tcp: OutSegs", .tcpRetransmitRatio),
            ("proc/1/mounts", "/dev/sda /", .fileSystemUtilization),
        ])
    func malformed(file: String, text: String, metric: HostMetric) throws {
        var host = try FixtureHost()
        let sample = try host.secondSample(BigServer(overrides: [file: text]))
        #expect(sample.value(of: metric) == nil)
        let problem = try #require(host.sampler.problems.listed.first { $0.file == file })
        #expect(problem.count == 2)
        #expect(problem.sentence.hasPrefix("\(file): wanted "))
    }

    @Test("Random bytes in any file crash nothing", arguments: 0..<4 as Range<UInt64>)
    func garbage(seed: UInt64) throws {
        var host = try FixtureHost()
        defer { withExtendedLifetime(host.tree) {} }
        try host.tree.show(BigServer())
        var random = SeededRandom(seed: seed)
        let files = try FileManager.default.subpathsOfDirectory(atPath: host.tree.folder.path)
            .sorted()
        for file in files where Int.random(in: 0..<4, using: &random) == 0 {
            let url = host.tree.folder.appending(path: file)
            guard FileManager.default.contents(atPath: url.path) != nil else { continue }
            let length = Int.random(in: 0..<200, using: &random)
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...127, using: &random) }
            try Data(bytes).write(to: url)
        }
        for second in 0..<2 as Range<Int64> {
            _ = host.sampler.sample(
                at: Timestamp(milliseconds: second), monotonicMilliseconds: second * 1_000)
        }
        #expect(!host.sampler.problems.listed.isEmpty, "seed \(seed)")
        #expect(host.sampler.problems.listed.count <= HostProblems.listedMax, "seed \(seed)")
    }

    @Test(
        "A disk is told from its partitions and from stacked and memory devices",
        arguments: [
            ("sda", true), ("sda1", false), ("sdaa", true), ("sdaa3", false), ("vdb", true),
            ("nvme0n1", true), ("nvme0n1p2", false), ("mmcblk0", true), ("mmcblk0p1", false),
            ("dm-3", false), ("md127", false), ("loop4", false), ("zram0", false), ("dasda", true),
        ])
    func disks(name: String, isDisk: Bool) throws {
        var host = try FixtureHost()
        let line = "8 0 \(name) 1 0 1 1 1 0 1 1 0 1 1 0 0 0 0"
        let sample = try host.sample(BigServer(overrides: ["proc/diskstats": line]))
        #expect(sample.names.contains(HostMetric.diskUtilization.rawValue) == isDisk)
    }
}
