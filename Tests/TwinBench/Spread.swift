/// A sorted sample and what one says of it.
struct Spread {
    private let sorted: [Double]

    init(_ sample: [Double]) { sorted = sample.sorted() }

    /// The value that `share` of the sample does not exceed; 0 of an empty one.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
