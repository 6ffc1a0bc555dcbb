/// Messages in a second, over the last whole second.
struct BrokerRate: Sendable {
    private var second: Int64 = 0
    private var counted = 0
    private var last = 0

    mutating func count(now: Int64) {
        advance(to: now / 1000)
        counted += 1
    }

    /// The count of the second before the one of `now`.
    mutating func perSecond(now: Int64) -> Double {
        advance(to: now / 1000)
        return Double(last)
    }

    private mutating func advance(to second: Int64) {
        guard second != self.second else { return }
        last = second == self.second + 1 ? counted : 0
        counted = 0
        self.second = second
    }
}
