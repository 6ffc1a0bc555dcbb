/// The slowest fan in revolutions per minute.
///
/// A header without a fan reads 0 for ever, so a fan counts from its first turn on. A fan that
/// stood still before the reporter started is therefore not seen by it.
struct FanCollector: HostCollector {
    private var turned: Set<String> = []

    mutating func collect(into scrape: inout Scrape) {
        var slowest = Worst(.lowest)
        for sensor in HwmonSensor.all(.fan, below: scrape.root) {
            guard let speed = scrape.number(in: "\(sensor.path)_input") else { continue }
            if speed > 0 { turned.insert(sensor.path) }
            if turned.contains(sensor.path) { slowest.consider(Double(speed), of: sensor.name) }
        }
        if slowest.value != nil { scrape.set(.fanSpeed, to: slowest) }
    }
}
