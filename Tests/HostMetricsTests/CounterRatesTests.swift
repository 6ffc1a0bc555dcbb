import HostMetrics
import Testing

@Suite("Counters become rates")
struct CounterRatesTests {
    private func rates(
        from earlier: UInt64, to later: UInt64, range: CounterRange = .bits64,
        rebooted: Bool = false, milliseconds: Int64 = 10_000
    ) -> Double? {
        var rates = CounterRates()
        rates.beginInterval(monotonicMilliseconds: 0, rebooted: false)
        _ = rates.rate(of: "x", to: earlier, range: range)
        rates.endInterval()
        rates.beginInterval(monotonicMilliseconds: milliseconds, rebooted: rebooted)
        return rates.rate(of: "x", to: later, range: range)
    }

    @Test("A counter seen for the first time has no rate, the second time it has")
    func firstAndSecond() {
        var rates = CounterRates()
        rates.beginInterval(monotonicMilliseconds: 0, rebooted: false)
        #expect(rates.rate(of: "x", to: 5) == nil)
        rates.endInterval()
        rates.beginInterval(monotonicMilliseconds: 10_000, rebooted: false)
        #expect(rates.rate(of: "x", to: 25) == 2)
        #expect(rates.rate(of: "new", to: 1) == nil)
    }

    @Test(
        "A wrap of a 32-bit, a 64-bit and an odd counter is growth",
        arguments: [
            (CounterRange.bits32, UInt64(UInt32.max) - 9, UInt64(10)),
            (.bits64, UInt64.max - 9, 10),
            (.units(1_000), 990, 10),
        ])
    func wrap(range: CounterRange, earlier: UInt64, later: UInt64) {
        #expect(rates(from: earlier, to: later, range: range) == 2)
    }

    @Test(
        "A value far below the last one is a reset and gives no rate",
        arguments: [
            (CounterRange.bits32, UInt64(1_000_000), UInt64(3)),
            (.bits64, UInt64(1) << 40, 3),
            (.bits32, UInt64(1) << 40, 3),
            (.units(1_000), 500, 10),
        ])
    func reset(range: CounterRange, earlier: UInt64, later: UInt64) {
        #expect(rates(from: earlier, to: later, range: range) == nil)
    }

    @Test("After a reboot no counter has a rate, even if it is greater than before")
    func reboot() {
        #expect(rates(from: 5, to: 500, rebooted: true) == nil)
    }

    @Test("A monotonic time that stands still or runs back gives no rate", arguments: [0, -1])
    func time(milliseconds: Int64) {
        #expect(rates(from: 5, to: 500, milliseconds: milliseconds) == nil)
    }

    @Test("An unplugged device is forgotten and starts anew when it returns")
    func unplug() {
        var rates = CounterRates()
        let readings: [UInt64?] = [100, nil, 100_000, 100_020]
        let found = readings.enumerated().map { second, value in
            rates.beginInterval(monotonicMilliseconds: Int64(second) * 1_000, rebooted: false)
            let rate = value.flatMap { rates.rate(of: "disk", to: $0) }
            rates.endInterval()
            return rate
        }
        #expect(found == [nil, nil, nil, 20])
    }

    @Test("A small step back within the tolerance is no growth and is not counted twice")
    func backstep() {
        var rates = CounterRates()
        let found = [UInt64(1_000), 995, 1_010].enumerated().map { second, value in
            rates.beginInterval(monotonicMilliseconds: Int64(second) * 1_000, rebooted: false)
            let increase = rates.increase(of: "idle", to: value, backstep: 10)
            rates.endInterval()
            return increase
        }
        #expect(found == [nil, 0, 10])
    }
}
