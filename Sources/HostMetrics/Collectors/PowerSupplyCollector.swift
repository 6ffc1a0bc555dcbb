/// Whether all power supplies have mains; one without is named. Batteries and USB do not count.
struct PowerSupplyCollector: HostCollector {
    private static let parent = "sys/class/power_supply"
    private static let mainsType = "Mains"

    func collect(into scrape: inout Scrape) {
        var worst = Worst(.lowest, harmless: 1)
        for supply in scrape.root.entries(of: Self.parent) {
            let folder = "\(Self.parent)/\(supply)"
            guard scrape.root.text(of: "\(folder)/type")?.trimmed == Self.mainsType[...],
                let online = scrape.number(in: "\(folder)/online")
            else { continue }
            worst.consider(online == 0 ? 0 : 1, of: supply)
        }
        if worst.value != nil { scrape.set(.powerSupplyOK, to: worst) }
    }
}
