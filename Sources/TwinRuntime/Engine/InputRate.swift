/// Inputs per second over the last few seconds, for `status`.
struct InputRate: Sendable {
    private static let spanMilliseconds: Int64 = 5_000
    private var since: Int64 = 0
    private var countAtSince: UInt64 = 0
    private var last = 0.0

    /// The rate; measured anew every five seconds from the counter.
    mutating func perSecond(_ count: UInt64, at now: Int64) -> Double {
        let passed = now - since
        if passed >= InputRate.spanMilliseconds {
            last = since == 0 ? 0 : Double(count - countAtSince) * 1000 / Double(passed)
            since = now
            countAtSince = count
        }
        return last
    }
}
