import HostMetrics
import Testing
import TwinCore

@Suite("What happens to a host between two samples")
struct HostChangeTests {
    @Test("Disk times and energy that wrap keep their rates")
    func wrap() throws {
        let server = BigServer(
            unplugged: ["power_meter", "pmbus"], busyBase: UInt64(UInt32.max) - 300,
            energyBase: BigServer.energyRange - 1_000)
        var host = try FixtureHost()
        let sample = try host.secondSample(server)
        #expect(sample.value(of: .diskUtilization) == 0.12)
        #expect(sample.device(of: .diskUtilization) == "nvme11n1")
        let watts = try #require(sample.value(of: .power))
        #expect(abs(watts - 310) < 0.01)
    }

    @Test(
        "Without a power meter the supplies' inputs count, without them RAPL",
        arguments: [
            (["power_meter"], 420, "power supplies"),
            (["power_meter", "pmbus"], 310, "RAPL processors and memory"),
        ] as [(Set<String>, Float, String)])
    func powerSource(unplugged: Set<String>, watts: Float, source: String) throws {
        var host = try FixtureHost()
        let sample = try host.secondSample(BigServer(unplugged: unplugged))
        #expect(sample.value(of: .power) == watts)
        #expect(sample.device(of: .power) == source)
    }

    @Test("Without supplies the highest rail is the voltage")
    func rail() throws {
        var host = try FixtureHost()
        let sample = try host.sample(BigServer(unplugged: ["pmbus"]))
        #expect(sample.value(of: .voltage) == 12.096)
    }

    @Test("A reset counter has no rate for one interval, its neighbours keep theirs")
    func reset() throws {
        var host = try FixtureHost()
        var server = BigServer(correctedBase: 5_000)
        _ = try host.sample(server)
        server.minute = 1
        server.correctedBase = 0
        let during = try host.sample(server)
        #expect(during.value(of: .memoryErrorsCorrected) == nil)
        #expect(during.value(of: .diskUtilization) == 0.12)
        server.minute = 2
        #expect(try host.sample(server).value(of: .memoryErrorsCorrected) == 0.5)
    }

    @Test("A reboot is said once and leaves all rates absent for one interval")
    func reboot() throws {
        var host = try FixtureHost()
        var server = BigServer()
        _ = try host.sample(server)
        server.minute = 1
        server.bootID = "another"
        server.bootSeconds += 86_430
        let after = try host.sample(server)
        #expect(after.rebooted)
        #expect(after.value(of: .uptime) == 30)
        #expect(after.value(of: .cpuUtilization) == nil)
        server.minute = 2
        let later = try host.sample(server)
        #expect(!later.rebooted)
        #expect(later.value(of: .cpuIowait) == 0.05)
    }

    @Test("A reboot while the reporter was away is told by the boot that it kept")
    func rebootWhileAway() throws {
        var host = try FixtureHost()
        let kept = BootIdentity(id: "an earlier one", bootSeconds: 1_600_000_000)
        host.sampler = HostSampler(root: host.root, previousBoot: kept)
        #expect(try host.sample(BigServer()).rebooted)
        let unchanged = host.sampler.boot
        host.sampler = HostSampler(root: host.root, previousBoot: unchanged)
        #expect(try !host.sample(BigServer()).rebooted)
    }

    @Test("A stepped wall clock is no reboot; without ids seconds of difference are none either")
    func clockStep() {
        let boot = BootIdentity(id: "a", bootSeconds: 1_000)
        #expect(!BootIdentity(id: "a", bootSeconds: 4_600).isReboot(since: boot))
        #expect(BootIdentity(id: "b", bootSeconds: 1_000).isReboot(since: boot))
        let nameless = BootIdentity(id: nil, bootSeconds: 1_000)
        #expect(!BootIdentity(id: nil, bootSeconds: 1_001).isReboot(since: nameless))
        #expect(BootIdentity(id: nil, bootSeconds: 1_060).isReboot(since: nameless))
        #expect(!BootIdentity(id: nil, bootSeconds: nil).isReboot(since: nameless))
    }

    @Test("An unplugged device is gone from the next sample; on its return it starts anew")
    func hotUnplug() throws {
        var host = try FixtureHost()
        var server = BigServer()
        _ = try host.sample(server)
        server.minute = 1
        server.unplugged = ["nvme11n1", "eth3", "mc1"]
        let without = try host.sample(server)
        #expect(without.device(of: .diskUtilization) == "nvme10n1")
        #expect(without.device(of: .networkDropped) == "eth2")
        #expect(without.value(of: .memoryErrorsCorrected) == 0)
        server.minute = 2
        server.unplugged = []
        let back = try host.sample(server)
        #expect(back.device(of: .diskUtilization) == "nvme10n1")
        server.minute = 3
        #expect(try host.sample(server).device(of: .diskUtilization) == "nvme11n1")
    }

    @Test("A metric whose hardware is gone stays in the report as absent")
    func namesStay() throws {
        var host = try FixtureHost()
        let before = try host.sample(BigServer())
        let after = try host.sample(BigServer(minute: 1, unplugged: ["mc0", "mc1"]))
        #expect(after.names == before.names)
        #expect(after.value(of: .memoryErrorsUncorrected) == nil)
    }

    @Test("A lost carrier, a supply without mains and a fan that stops are seen and named")
    func faults() throws {
        var host = try FixtureHost()
        _ = try host.sample(BigServer())
        let sample = try host.sample(
            BigServer(minute: 1, unplugged: ["fan2"], linksDown: ["eth1"], suppliesOff: ["PSU2"]))
        #expect(sample.value(of: .networkLinkUp) == 0)
        #expect(sample.device(of: .networkLinkUp) == "eth1")
        #expect(sample.value(of: .powerSupplyOK) == 0)
        #expect(sample.device(of: .powerSupplyOK) == "PSU2")
        #expect(sample.value(of: .fanSpeed) == 0)
        #expect(sample.device(of: .fanSpeed) == "hwmon2 nct6798/fan2")
    }

    @Test(
        "A file system is read-only if no mount of its device can be written",
        arguments: [
            (["/boot"], 1, "/boot"),
            (["/backup"], 0, nil),
            (["/data", "/backup"], 1, "/data"),
            (["/srv/cold store"], 1, "/srv/cold store"),
            (["/home", "/snap/core/1"], 0, nil),
        ] as [(Set<String>, Float, String?)])
    func readonly(mounts: Set<String>, value: Float, device: String?) throws {
        var host = try FixtureHost()
        let sample = try host.sample(BigServer(readonlyMounts: mounts))
        #expect(sample.value(of: .fileSystemReadonly) == value)
        #expect(sample.device(of: .fileSystemReadonly) == device)
    }

    @Test("A wall clock before the boot gives no uptime")
    func uptime() throws {
        var host = try FixtureHost()
        let sample = try host.sample(BigServer(bootSeconds: 1_900_000_000))
        #expect(sample.value(of: .uptime) == nil)
    }

    @Test("The clock's offset is reported where it is known")
    func clockOffset() throws {
        struct SlowClock: ClockOffset {
            func offsetSeconds() -> Double? { -0.25 }
        }
        var host = try FixtureHost()
        host.sampler = HostSampler(root: host.root, clock: SlowClock())
        #expect(try host.sample(BigServer()).value(of: .clockOffset) == -0.25)
    }
}
