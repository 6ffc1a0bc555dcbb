import Histogram

/// Times in an HdrHistogram: any number of them in fixed memory, each to three digits.
struct Latencies {
    private var histogram = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: Self.microsecondsMax,
        numberOfSignificantValueDigits: .three)

    /// Ten minutes: what takes longer counts as that.
    private static let microsecondsMax: UInt64 = 600_000_000

    var count: UInt64 { histogram.totalCount }

    mutating func record(nanoseconds: Int64) {
        let microseconds = UInt64(max(0, nanoseconds) / 1_000)
        _ = histogram.record(min(max(1, microseconds), Self.microsecondsMax))
    }

    /// The value that so many percent do not exceed, in milliseconds; 0 of none.
    func milliseconds(percentile: Double) -> Double {
        guard count > 0 else { return 0 }
        return Double(histogram.valueAtPercentile(percentile)) / 1_000
    }

    /// The quantiles that every latency row shows, as `p99Milliseconds` behind the prefix.
    func note(in measurement: inout Measurement, as prefix: String = "") {
        measurement.note(prefix + "samples", Double(count))
        for (name, percentile) in [("p50", 50.0), ("p99", 99), ("p99.9", 99.9), ("max", 100)] {
            measurement.note(
                "\(prefix)\(name)Milliseconds", milliseconds(percentile: percentile))
        }
    }
}
