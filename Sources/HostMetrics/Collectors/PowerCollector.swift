/// What the server draws in watts, from the source that sees most of it; the source is named.
///
/// In this order: an ACPI power meter (the whole server), inputs of power supplies (`pin` of PMBus
/// chips), RAPL's platform zone, RAPL's processor packages and memory in sum. Sources are never
/// added to each other: they overlap.
struct PowerCollector: HostCollector {
    private static let meterChip = "power_meter"
    private static let supplyInputLabel = "pin"
    private static let zoneParent = "sys/class/powercap"
    private static let micro = 1e6

    func collect(into scrape: inout Scrape) {
        let rapl = raplWatts(&scrape)
        let sensors = HwmonSensor.all(.power, below: scrape.root)
        let meters = sensors.filter { $0.chip == Self.meterChip }
        let inputs = sensors.filter { $0.label.hasPrefix(Self.supplyInputLabel) }
        if let watts = sum(meters, &scrape) {
            scrape.set(.power, to: watts, device: "power meter")
        } else if let watts = sum(inputs, &scrape) {
            scrape.set(.power, to: watts, device: "power supplies")
        } else if let rapl {
            scrape.set(.power, to: rapl.watts, device: rapl.source)
        }
    }

    private func sum(_ sensors: [HwmonSensor], _ scrape: inout Scrape) -> Double? {
        var sum: Double?
        for sensor in sensors {
            let average = scrape.number(in: "\(sensor.path)_average")
            guard let microwatts = average ?? scrape.number(in: "\(sensor.path)_input") else {
                continue
            }
            sum = (sum ?? 0) + Double(microwatts) / Self.micro
        }
        return sum
    }

    /// nil without RAPL; watts are nil in the first interval.
    private func raplWatts(_ scrape: inout Scrape) -> (watts: Double?, source: String)? {
        var platform: Double?
        var parts: Double?
        var found = false
        for zone in scrape.root.entries(of: Self.zoneParent) where zone.hasPrefix("intel-rapl:") {
            let folder = "\(Self.zoneParent)/\(zone)"
            guard let name = scrape.root.text(of: "\(folder)/name")?.trimmed,
                name == "psys" || name == "dram" || name.hasPrefix("package"),
                let energy = scrape.number(in: "\(folder)/energy_uj"),
                let range = scrape.number(in: "\(folder)/max_energy_range_uj")
            else { continue }
            found = true
            let rate = scrape.rates.rate(of: "energy \(zone)", to: energy, range: .units(range))
            guard let watts = rate.map({ $0 / Self.micro }) else { continue }
            if name == "psys" {
                platform = (platform ?? 0) + watts
            } else {
                parts = (parts ?? 0) + watts
            }
        }
        guard found else { return nil }
        return platform.map { ($0, "RAPL platform") } ?? (parts, "RAPL processors and memory")
    }
}
