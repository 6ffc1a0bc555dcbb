/// The big server's sensors and power.
extension BigServer {
    /// Name of each chip by the number of its `hwmon` folder.
    private static let chips: [String] =
        ["coretemp.0", "coretemp.1", "nct6798.656", "power_meter", "pmbus.0", "pmbus.1"]
        + (0..<disks).map { "nvme.\($0)" }

    var sensorFiles: [String: String] {
        var files: [String: String] = [:]
        for (index, chip) in Self.chips.enumerated() {
            let kind = String(chip.prefix { $0 != "." })
            guard !unplugged.contains(kind) else { continue }
            let folder = "sys/class/hwmon/hwmon\(index)"
            files["\(folder)/name"] = kind
            for (file, text) in sensors(
                of: kind, number: Int(chip.split(separator: ".").last ?? "") ?? 0)
            {
                files["\(folder)/\(file)"] = text
            }
        }
        return files
    }

    private func sensors(of kind: String, number: Int) -> [String: String] {
        switch kind {
        case "coretemp": return coreTemperatures(socket: number)
        case "nct6798": return board
        case "power_meter": return ["power1_average": "412000000"]
        case "pmbus":
            return [
                "in1_input": "\(231_000 - 1_500 * number)", "in1_label": "vin",
                "power1_input": "210000000", "power1_label": "pin",
            ]
        default:
            return [
                "temp1_input": "\(45_000 + 1_000 * number)", "temp1_crit": "80000",
                "temp1_label": "Composite",
            ]
        }
    }

    /// The hottest is core 3 of the second socket with 68 °C.
    private func coreTemperatures(socket: Int) -> [String: String] {
        var files = [
            "temp1_label": "Package id \(socket)", "temp1_crit": "90000",
            "temp1_input": "\(61_000 + 5_000 * socket)",
        ]
        for core in 0..<4 {
            files["temp\(core + 2)_label"] = "Core \(core)"
            files["temp\(core + 2)_crit"] = "90000"
            files["temp\(core + 2)_input"] = "\(60_000 + 5_000 * socket + 1_000 * core)"
        }
        return files
    }

    /// Five fans turn, the sixth header is empty; temp2 has no sensor behind it.
    private var board: [String: String] {
        var files = [
            "in0_input": "1010", "in1_input": "12096", "in1_label": "+12V",
            "temp1_input": "38000", "temp2_input": "127000", "temp2_fault": "1",
        ]
        for fan in 1...6 {
            let speed = [8_400, 8_300, 8_500, 8_000, 8_200, 0][fan - 1]
            files["fan\(fan)_input"] = unplugged.contains("fan\(fan)") ? "0" : "\(speed)"
        }
        return files
    }

    var powerFiles: [String: String] {
        var files: [String: String] = [:]
        let zones: [(String, String, UInt64)] = [
            ("intel-rapl:0", "package-0", 9_000_000_000), ("intel-rapl:0:0", "dram", 1_200_000_000),
            ("intel-rapl:1", "package-1", 7_200_000_000), ("intel-rapl:1:0", "dram", 1_200_000_000),
            ("intel-rapl:0:1", "core", 3_000_000_000),
        ]
        for (zone, name, perMinute) in zones {
            let folder = "sys/class/powercap/\(zone)"
            files["\(folder)/name"] = name
            files["\(folder)/energy_uj"] =
                "\((energyBase + perMinute * minute) % Self.energyRange)"
            files["\(folder)/max_energy_range_uj"] = "\(Self.energyRange)"
        }
        for supply in ["PSU1", "PSU2"] {
            let folder = "sys/class/power_supply/\(supply)"
            files["\(folder)/type"] = "Mains"
            files["\(folder)/online"] = suppliesOff.contains(supply) ? "0" : "1"
        }
        files["sys/class/power_supply/BAT0/type"] = "Battery"
        files["sys/class/power_supply/BAT0/online"] = "0"
        return files
    }

    /// Symbolic links and where they lead, both below the root: as in sysfs each chip has one to
    /// its device. node_exporter names chips by it.
    var links: [String: String] {
        var links: [String: String] = [:]
        for (index, chip) in Self.chips.enumerated()
        where !unplugged.contains(String(chip.prefix { $0 != "." })) {
            links["sys/class/hwmon/hwmon\(index)/device"] = "sys/devices/platform/\(chip)"
        }
        return links
    }
}
