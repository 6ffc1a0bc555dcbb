/// The middle and the ends of some times in milliseconds.
struct Spread: Sendable, CustomStringConvertible {
    let count: Int
    let p50: Int64
    let p99: Int64
    let max: Int64

    /// Nearest rank: the smallest value that so many percent do not exceed; zeros for none.
    init(_ milliseconds: [Int64]) {
        let sorted = milliseconds.sorted()
        func rank(_ percent: Int) -> Int64 {
            guard !sorted.isEmpty else { return 0 }
            return sorted[Swift.max(0, (sorted.count * percent + 99) / 100 - 1)]
        }
        count = sorted.count
        p50 = rank(50)
        p99 = rank(99)
        max = sorted.last ?? 0
    }

    var description: String { "p50 \(p50) ms, p99 \(p99) ms, max \(max) ms" }
}
