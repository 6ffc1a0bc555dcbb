/// The input voltage of the power supplies (lowest), else the highest rail of the main board.
///
/// A feed that fails or browns out shows at the supplies' `vin`; a board without that has its 12 V
/// rail as the highest.
struct VoltageCollector: HostCollector {
    private static let supplyInputLabel = "vin"
    private static let milli = 1_000.0

    func collect(into scrape: inout Scrape) {
        var input = Worst(.lowest)
        var rail = Worst(.highest)
        for sensor in HwmonSensor.all(.voltage, below: scrape.root) {
            guard let millivolts = scrape.signedNumber(in: "\(sensor.path)_input") else { continue }
            let volts = Double(millivolts) / Self.milli
            if sensor.label.hasPrefix(Self.supplyInputLabel) {
                input.consider(volts, of: sensor.name)
            } else {
                rail.consider(volts, of: sensor.name)
            }
        }
        let chosen = input.value == nil ? rail : input
        if chosen.value != nil { scrape.set(.voltage, to: chosen) }
    }
}
