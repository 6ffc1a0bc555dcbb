/// The hottest sensor and the smallest distance of a sensor to its own critical temperature.
struct TemperatureCollector: HostCollector {
    private static let milli = 1_000.0

    func collect(into scrape: inout Scrape) {
        let sensors = HwmonSensor.all(.temperature, below: scrape.root)
        guard !sensors.isEmpty else { return }
        var hottest = Worst(.highest)
        var closest = Worst(.lowest)
        for sensor in sensors where !sensor.isFaulty(&scrape) {
            guard let present = scrape.signedNumber(in: "\(sensor.path)_input") else { continue }
            hottest.consider(Double(present) / Self.milli, of: sensor.name)
            guard let critical = scrape.signedNumber(in: "\(sensor.path)_crit"), critical > 0 else {
                continue
            }
            closest.consider(Double(critical - present) / Self.milli, of: sensor.name)
        }
        scrape.set(.temperature, to: hottest)
        if closest.value != nil { scrape.set(.temperatureMargin, to: closest) }
    }
}
