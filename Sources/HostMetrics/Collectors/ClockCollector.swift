/// The clock's offset, where it is known.
struct ClockCollector: HostCollector {
    private let clock: any ClockOffset

    init(clock: any ClockOffset) { self.clock = clock }

    func collect(into scrape: inout Scrape) {
        if let offset = clock.offsetSeconds() { scrape.set(.clockOffset, to: offset) }
    }
}
