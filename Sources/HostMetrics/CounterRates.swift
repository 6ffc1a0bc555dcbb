/// Turns counters into rates, in one place for all collectors.
///
/// A sample is one interval: `beginInterval`, any number of counters, `endInterval`. A counter seen
/// for the first time has no rate; one not seen in an interval is forgotten (unplugged), so that it
/// starts anew when it returns. A reset, a reboot and a monotonic time that does not advance
/// give no rate for this interval. Costs a dictionary look-up and insertion a counter.
package struct CounterRates: Sendable {
    private var earlier: [String: UInt64] = [:]
    private var present: [String: UInt64] = [:]
    private var earlierMilliseconds: Int64?
    private var presentMilliseconds: Int64 = 0
    /// Length of the interval in seconds, nil while nothing can be compared.
    package private(set) var seconds: Double?

    package init() {}

    /// Starts an interval that reaches from the last one to `monotonicMilliseconds`.
    package mutating func beginInterval(monotonicMilliseconds: Int64, rebooted: Bool) {
        presentMilliseconds = monotonicMilliseconds
        seconds = nil
        present.removeAll(keepingCapacity: true)
        guard let start = earlierMilliseconds, !rebooted, monotonicMilliseconds > start else {
            earlier.removeAll(keepingCapacity: true)
            return
        }
        seconds = Double(monotonicMilliseconds - start) / 1_000
    }

    /// By how much `counter` grew in this interval, nil if that cannot be said.
    ///
    /// A step back of at most `backstep` is no growth: the kernel's idle and iowait times do that.
    package mutating func increase(
        of counter: String, to value: UInt64, range: CounterRange = .bits64, backstep: UInt64 = 0
    ) -> UInt64? {
        guard let before = earlier[counter] else {
            present[counter] = value
            return nil
        }
        if value < before && before - value <= backstep {
            present[counter] = before
            return 0
        }
        present[counter] = value
        return range.increase(from: before, to: value)
    }

    /// Growth of `counter` per second in this interval, nil if that cannot be said.
    package mutating func rate(
        of counter: String, to value: UInt64, range: CounterRange = .bits64
    ) -> Double? {
        guard let grown = increase(of: counter, to: value, range: range), let seconds else {
            return nil
        }
        return Double(grown) / seconds
    }

    /// Ends the interval; counters not seen in it are forgotten.
    package mutating func endInterval() {
        swap(&earlier, &present)
        earlierMilliseconds = presentMilliseconds
    }
}
