/// Where a counter starts again at zero.
package enum CounterRange: Sendable, Equatable {
    case bits32
    case bits64
    /// The highest value is one below this many units (RAPL's energy counters).
    case units(UInt64)

    /// A smaller value counts as wrapped only if it stands for at most this share of the range;
    /// otherwise the device was reset. What wraps twice in one interval is lost either way.
    private static let wrapShareMax: UInt64 = 4

    /// By how much the counter grew, nil if it was reset between the two readings.
    package func increase(from earlier: UInt64, to later: UInt64) -> UInt64? {
        guard later < earlier else { return later - earlier }
        let highest = highestValue
        guard earlier <= highest else { return nil }
        let wrapped = (highest - earlier) + later + 1
        return wrapped <= highest / Self.wrapShareMax ? wrapped : nil
    }

    private var highestValue: UInt64 {
        switch self {
        case .bits32: UInt64(UInt32.max)
        case .bits64: .max
        case .units(let count): max(count, 1) - 1
        }
    }
}
