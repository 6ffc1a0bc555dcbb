/// Memory errors that ECC corrected (per second) and could not correct (since boot), from EDAC's
/// memory controllers; the worst controller is named.
struct MemoryErrorCollector: HostCollector {
    private static let parent = "sys/devices/system/edac/mc"

    func collect(into scrape: inout Scrape) {
        let controllers = scrape.root.entries(of: Self.parent).filter { $0.isNumbered("mc") }
        guard !controllers.isEmpty else { return }
        var correctedWorst = Worst(.highest, harmless: 0)
        var uncorrectedWorst = Worst(.highest, harmless: 0)
        var corrected: Double?
        var uncorrected: Double?
        for controller in controllers {
            let folder = "\(Self.parent)/\(controller)"
            if let count = scrape.number(in: "\(folder)/ce_count"),
                let rate = scrape.rates.rate(of: "ce \(controller)", to: count, range: .bits32)
            {
                corrected = (corrected ?? 0) + rate
                correctedWorst.consider(rate, of: controller)
            }
            if let count = scrape.number(in: "\(folder)/ue_count").map({ Double($0) }) {
                uncorrected = (uncorrected ?? 0) + count
                uncorrectedWorst.consider(count, of: controller)
            }
        }
        scrape.set(.memoryErrorsCorrected, to: corrected, device: correctedWorst.device)
        scrape.set(.memoryErrorsUncorrected, to: uncorrected, device: uncorrectedWorst.device)
    }
}
