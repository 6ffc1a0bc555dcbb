/// The kernel files of a big server, as text, at a given minute of its life.
///
/// Two sockets with 16 cores and 32 threads each, 12 NVMe disks, four network ports in a bond and
/// an unused one, ECC memory behind two controllers, sensors, fans and two power supplies. All
/// counters grow evenly with `minute`; the other fields are the variants that tests need.
struct BigServer {
    /// As big as it gets; most tests do with fewer processors, which have a dozen files each.
    static let full = BigServer(processors: 64)
    static let disks = 12
    static let energyRange: UInt64 = 262_143_328_850

    var minute: UInt64 = 0
    var processors = 4
    var bootID = "6f1c8f8e-0000-4000-8000-000000000001"
    var bootSeconds = 1_700_000_000
    /// Devices that are not there, such as `nvme3n1`, `eth2`, `mc1` or `power_meter`.
    var unplugged: Set<String> = []
    var linksDown: Set<String> = []
    var suppliesOff: Set<String> = []
    var readonlyMounts: Set<String> = []
    /// Where the 32-bit busy times of the disks start.
    var busyBase: UInt64 = 1_000_000
    var energyBase: UInt64 = 1_000_000_000
    var correctedBase: UInt64 = 100
    /// Files that say something else than they should.
    var overrides: [String: String] = [:]

    private func counter(_ base: UInt64, _ perMinute: UInt64, wrapsAt range: UInt64 = .max)
        -> String
    {
        "\((base + perMinute * minute) % range)"
    }

    /// All files by their path below the root.
    var files: [String: String] {
        var files: [String: String] = [:]
        for part in [processorFiles, memoryFiles, diskFiles, networkFiles, sensorFiles, powerFiles]
        {
            files.merge(part) { $1 }
        }
        return files.merging(overrides) { $1 }
    }

    /// Folders that a program which asks for file systems looks for.
    var mountPoints: [String] { mounts.map(\.point) }

    // MARK: processors

    private var processorFiles: [String: String] {
        var files: [String: String] = [:]
        var totals = [UInt64](repeating: 0, count: 10)
        var lines: [String] = []
        for cpu in 0..<processors {
            let shift = UInt64(cpu)
            let perMinute: [UInt64] = [
                2_400 + shift, 60, 900, 2_100 - shift, 300, 30, 90, 120, 0, 0,
            ]
            let ticks = perMinute.map { 1_000_000 + $0 * minute }
            for index in totals.indices { totals[index] += ticks[index] }
            lines.append("cpu\(cpu) " + ticks.map(String.init).joined(separator: " "))
            files.merge(self.files(ofProcessor: cpu)) { $1 }
        }
        lines.insert("cpu  " + totals.map(String.init).joined(separator: " "), at: 0)
        lines += ["intr 12345 0 0", "ctxt 987654", "btime \(bootSeconds)", "processes 4242"]
        lines += ["procs_running 3", "procs_blocked 1"]
        files["proc/stat"] = lines.joined(separator: "\n")
        files["proc/loadavg"] = "38.40 30.12 25.00 12/2000 12345"
        files["proc/sys/kernel/random/boot_id"] = bootID
        return files
    }

    private func files(ofProcessor cpu: Int) -> [String: String] {
        let folder = "sys/devices/system/cpu/cpu\(cpu)"
        let socket = cpu % 32 / 16
        return [
            "\(folder)/topology/physical_package_id": "\(socket)",
            "\(folder)/topology/core_id": "\(cpu % 16)",
            "\(folder)/thermal_throttle/core_throttle_count": counter(50, UInt64(socket)),
            "\(folder)/thermal_throttle/package_throttle_count": counter(70, 8 * UInt64(socket)),
            "\(folder)/cpufreq/scaling_cur_freq": "\(2_100_000 + cpu % 2 * 600_000)",
            "\(folder)/cpufreq/scaling_max_freq": "3000000",
            "\(folder)/cpufreq/cpuinfo_max_freq": "3200000",
            "\(folder)/cpufreq/related_cpus": "\(cpu)",
            "\(folder)/cpufreq/scaling_available_governors": "performance powersave",
            "\(folder)/cpufreq/scaling_driver": "intel_pstate",
            "\(folder)/cpufreq/scaling_governor": "powersave",
            "\(folder)/cpufreq/scaling_setspeed": "<unsupported>",
        ]
    }

    // MARK: memory

    private var memoryFiles: [String: String] {
        var files = [
            "proc/meminfo": """
            MemTotal:       500000000 kB
            MemFree:         20000000 kB
            MemAvailable:   125000000 kB
            Buffers:          1000000 kB
            """,
            "proc/vmstat": "nr_free_pages 5000000\noom_kill \(counter(7, 3))",
            "proc/pressure/cpu": pressure(total: counter(9_000_000, 3_000_000)),
            "proc/pressure/memory": pressure(total: counter(1_000_000, 600_000)),
            "proc/pressure/io": pressure(total: counter(2_000_000, 6_000_000)),
        ]
        for index in 0..<2 where !unplugged.contains("mc\(index)") {
            let folder = "sys/devices/system/edac/mc/mc\(index)"
            files["\(folder)/ce_count"] =
                counter(correctedBase, 30 * UInt64(index), wrapsAt: 1 << 32)
            files["\(folder)/ce_noinfo_count"] = "0"
            files["\(folder)/ue_count"] = "\(2 * index)"
            files["\(folder)/ue_noinfo_count"] = "0"
        }
        return files
    }

    private func pressure(total: String) -> String {
        "some avg10=1.00 avg60=1.00 avg300=1.00 total=\(total)\n"
            + "full avg10=0.00 avg60=0.00 avg300=0.00 total=0"
    }

    // MARK: disks and file systems

    private var diskFiles: [String: String] {
        var lines = ["   7       0 loop0 9 0 9 9 0 0 0 0 0 9 9 0 0 0 0"]
        for disk in 0..<Self.disks {
            let name = "nvme\(disk)n1"
            guard !unplugged.contains(name) else { continue }
            let load = UInt64(disk) + 1
            let busy = counter(busyBase, 600 * load, wrapsAt: 1 << 32)
            let numbers = [
                counter(500_000, 6_000), "0", counter(4_000_000, 48_000),
                counter(90_000, 600 * load), counter(300_000, 3_000), "0",
                counter(2_000_000, 24_000), counter(40_000, 300 * load), "0", busy,
                counter(130_000, 900 * load), "0", "0", "0", "0",
            ].joined(separator: " ")
            lines.append(" 259 \(disk * 2) \(name) \(numbers)")
            lines.append(" 259 \(disk * 2 + 1) \(name)p1 \(numbers)")
        }
        let stacked = "500 0 500 500 500 0 500 500 0 \(counter(0, 60_000)) 500 0 0 0 0"
        lines += [" 253 0 dm-0 \(stacked)", "   9 0 md0 \(stacked)"]
        let table = mounts.map { mount in
            let mode = readonlyMounts.contains(mount.point) ? "ro" : "rw"
            let point = mount.point.replacing(" ", with: "\\040")
            return "\(mount.device) \(point) \(mount.type) \(mode),relatime 0 0"
        }.joined(separator: "\n")
        return [
            "proc/diskstats": lines.joined(separator: "\n"), "proc/1/mounts": table,
        ]
    }

    private var mounts: [(device: String, point: String, type: String)] {
        [
            ("/dev/nvme0n1p1", "/", "ext4"), ("/dev/nvme0n1p2", "/boot", "ext4"),
            ("/dev/nvme1n1p1", "/data", "xfs"), ("/dev/nvme1n1p1", "/backup", "xfs"),
            ("/dev/nvme2n1p1", "/srv/cold store", "xfs"), ("tmpfs", "/tmp", "tmpfs"),
            ("proc", "/proc", "proc"), ("overlay", "/var/lib/docker/overlay2/a/merged", "overlay"),
            ("/dev/loop0", "/snap/core/1", "squashfs"), ("filer:/home", "/home", "nfs4"),
        ]
    }

    // MARK: network

    private var networkFiles: [String: String] {
        var files: [String: String] = [:]
        var lines = ["Inter-|   Receive  |  Transmit", " face |bytes packets errs drop …"]
        var bond: (drops: UInt64, errors: UInt64, ports: UInt64) = (0, 0, 0)
        for port in 0..<4 where !unplugged.contains("eth\(port)") {
            let badness = UInt64(port)
            lines.append(
                interface(
                    "eth\(port)", packets: 100_000, errors: 10 * badness, drops: 100 * badness))
            files.merge(link("eth\(port)")) { $1 }
            files["sys/class/net/eth\(port)/bonding_slave/state"] = "active"
            bond = (bond.drops + 100 * badness, bond.errors + 10 * badness, bond.ports + 1)
        }
        lines.append(
            interface(
                "bond0", packets: 100_000 * bond.ports, errors: bond.errors, drops: bond.drops))
        files.merge(link("bond0")) { $1 }
        files["sys/class/net/bond0/bonding/slaves"] = "eth0 eth1 eth2 eth3"
        lines.append(interface("eno5", packets: 0, errors: 0, drops: 0))
        files.merge(link("eno5", everUp: false)) { $1 }
        for name in ["lo", "docker0", "veth1a2b", "br-77"] {
            lines.append(interface(name, packets: 100, errors: 90, drops: 90))
            files.merge(link(name)) { $1 }
        }
        files["proc/net/dev"] = lines.joined(separator: "\n")
        files["proc/net/snmp"] = """
            Ip: Forwarding DefaultTTL
            Ip: 1 64
            Tcp: RtoAlgorithm RtoMin RtoMax MaxConn InSegs OutSegs RetransSegs InErrs
            Tcp: 1 200 120000 -1 5 \(counter(1_000_000, 100_000)) \(counter(4_000, 500)) 0
            """
        files["proc/net/netstat"] = "TcpExt: SyncookiesSent\nTcpExt: 0"
        return files
    }

    private func interface(
        _ name: String, packets: UInt64, errors: UInt64, drops: UInt64
    ) -> String {
        let bytes = counter(1 << 40, packets * 800)
        let half = { (errors: UInt64, drops: UInt64) in
            [bytes, counter(1 << 33, packets), counter(5, errors), counter(6, drops), "0 0 0 0"]
                .joined(separator: " ")
        }
        return "\(name): \(half(errors, drops)) \(half(0, 0))"
    }

    private func link(_ name: String, everUp: Bool = true) -> [String: String] {
        let folder = "sys/class/net/\(name)"
        let isUp = everUp && !linksDown.contains(name)
        return [
            "\(folder)/carrier": isUp ? "1" : "0",
            "\(folder)/carrier_up_count": everUp ? "3" : "0",
            "\(folder)/flags": "0x1003", "\(folder)/operstate": isUp ? "up" : "down",
        ]
    }
}
