/// A sorted sample and what one says of it.
struct Spread {
    private let sorted: [Double]

    init(_ sample: [Double]) { sorted = sample.sorted() }

    /// The value that `share` of the sample does not exceed; 0 of an empty one.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// The quantiles that every latency row shows, as `p99Milliseconds` behind the prefix; of a
    /// sample in milliseconds.
    func note(in measurement: inout Measurement, as prefix: String) {
        measurement.note(prefix + "samples", Double(sorted.count))
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1)] {
            measurement.note("\(prefix)\(name)Milliseconds", quantile(share))
        }
    }
}
