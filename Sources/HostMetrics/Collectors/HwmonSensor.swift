/// One input of a hardware monitoring chip (kernel Documentation/hwmon/sysfs-interface.rst).
struct HwmonSensor {
    /// `temp`, `fan`, `in` or `power`.
    enum Kind: String { case temperature = "temp", fan, voltage = "in", power }

    private static let parent = "sys/class/hwmon"

    let chip: String
    let label: String
    /// The sensor's files start with this, as `sys/class/hwmon/hwmon0/temp1`.
    let path: String
    /// Tells chips of the same kind apart: `hwmon1 coretemp/Core 0`.
    let name: String

    /// All sensors of one kind in the order of chips and names.
    static func all(_ kind: Kind, below root: HostRoot) -> [HwmonSensor] {
        root.entries(of: parent).flatMap { entry in
            sensors(kind, of: entry, in: folder(of: entry, below: root), below: root)
        }
    }

    /// Old drivers have their files one level deeper.
    private static func folder(of entry: String, below root: HostRoot) -> String {
        let folder = "\(parent)/\(entry)"
        let deeper = "\(folder)/device"
        return !root.contains("\(folder)/name") && root.contains("\(deeper)/name") ? deeper : folder
    }

    private static func sensors(
        _ kind: Kind, of entry: String, in folder: String, below root: HostRoot
    ) -> [HwmonSensor] {
        let chip = root.text(of: "\(folder)/name").map { String($0.trimmed) } ?? entry
        let suffixes = kind == .power ? ["_average", "_input"] : ["_input"]
        var stems: [String] = []
        for file in root.entries(of: folder) {
            guard let suffix = suffixes.first(where: { file.hasSuffix($0) }) else { continue }
            let stem = String(file.dropLast(suffix.count))
            if stem.isNumbered(kind.rawValue) && !stems.contains(stem) { stems.append(stem) }
        }
        return stems.map { stem in
            let path = "\(folder)/\(stem)"
            let label = root.text(of: "\(path)_label").map { String($0.trimmed) } ?? stem
            return HwmonSensor(
                chip: chip, label: label, path: path, name: "\(entry) \(chip)/\(label)")
        }
    }

    /// Whether the chip itself says that this input is broken or not connected.
    func isFaulty(_ scrape: inout Scrape) -> Bool {
        scrape.number(in: "\(path)_fault") == 1
    }
}
