/// What one metric usually does: its expected range in each of eight parts of the day.
///
/// The range is level ± spread, kept by its two ends as `Quantised` bits. Values enter smoothed
/// over five minutes, so that one spike teaches nothing. 48 bytes.
struct MetricBaseline: Sendable {
    static let parts = 8
    /// Bytes of one metric in `Baseline.blob`.
    static let blobBytes = parts * 2 * 2 + 4 * 4
    private static let unknown = SIMD8<UInt16>(repeating: Quantised.absent.bits)

    var lows = unknown
    var highs = unknown
    /// The smoothed value; NaN before the first.
    var smoothed = Float.nan
    /// The smoothed extremes of the present part of the day so far; NaN before the first.
    var low = Float.nan
    var high = Float.nan
    /// No alarm before this time, in seconds since 1970.
    var restsUntilSeconds: UInt32 = 0

    /// Takes one value with the smoothing weight of the time since the one before.
    mutating func note(_ value: Float, weight: Float) {
        smoothed = smoothed.isNaN ? value : smoothed + (value - smoothed) * weight
        low = low < smoothed ? low : smoothed
        high = high > smoothed ? high : smoothed
    }

    /// The expected range of a part of the day, widened by that of a neighbouring part; nil while
    /// unknown.
    func range(part: Int, neighbour: Int) -> (low: Float, high: Float)? {
        let own = (Quantised(bits: lows[part]), Quantised(bits: highs[part]))
        guard !own.0.isAbsent else { return nil }
        guard neighbour != part else { return (own.0.value, own.1.value) }
        let other = (Quantised(bits: lows[neighbour]), Quantised(bits: highs[neighbour]))
        guard !other.0.isAbsent else { return (own.0.value, own.1.value) }
        return (min(own.0.value, other.0.value), max(own.1.value, other.1.value))
    }

    var knownParts: Int {
        (0..<MetricBaseline.parts).reduce(0) { $0 + (lows[$1] == Quantised.absent.bits ? 0 : 1) }
    }

    /// Ends a part of the day: adopts what it showed. The first time wholly, later half-way
    /// outward and an eighth inward, so that a range follows its metric within days; wholly
    /// outward while an alarm rests, so that what was told once is not told every day.
    /// - Parameter isWhole: most of the part was seen; otherwise nothing shrinks or begins.
    mutating func close(part: Int, isWhole: Bool, atSeconds: Int64) {
        defer {
            low = .nan
            high = .nan
        }
        guard !low.isNaN else { return }
        let known = (Quantised(bits: lows[part]), Quantised(bits: highs[part]))
        guard !known.0.isAbsent else {
            if isWhole { set(part, low: low, high: high) }
            return
        }
        let inward: Float = isWhole ? 0.125 : 0
        let outward: Float = Int64(restsUntilSeconds) > atSeconds ? 1 : 0.5
        let lowStep = low - known.0.value
        let highStep = high - known.1.value
        set(
            part,
            low: known.0.value + lowStep * (lowStep < 0 ? outward : inward),
            high: known.1.value + highStep * (highStep > 0 ? outward : inward))
    }

    /// The level itself has shifted: every part follows by what the present one is off.
    ///
    /// One part cannot tell a shift by an amount from one by a factor, so the others are widened
    /// to hold both; they narrow again as they are seen.
    mutating func absorb(part: Int, neighbour: Int) {
        guard let present = range(part: part, neighbour: neighbour) else { return }
        let level = (present.low + present.high) / 2
        let shift = smoothed - level
        let factor = level > 0 && smoothed > 0 ? smoothed / level : 1
        for part in 0..<MetricBaseline.parts {
            let (low, high) = (Quantised(bits: lows[part]), Quantised(bits: highs[part]))
            guard !low.isAbsent else { continue }
            let isScaled = factor != 1 && low.value > 0
            set(
                part,
                low: isScaled
                    ? min(low.value + shift, low.value * factor) : low.value + shift,
                high: isScaled
                    ? max(high.value + shift, high.value * factor) : high.value + shift)
        }
        low = smoothed
        high = smoothed
    }

    private mutating func set(_ part: Int, low: Float, high: Float) {
        lows[part] = Quantised(low).bits
        highs[part] = Quantised(high).bits
    }
}

extension MetricBaseline: Equatable {
    /// By bits, so that NaN equals itself.
    static func == (left: MetricBaseline, right: MetricBaseline) -> Bool {
        left.lows == right.lows && left.highs == right.highs
            && left.smoothed.bitPattern == right.smoothed.bitPattern
            && left.low.bitPattern == right.low.bitPattern
            && left.high.bitPattern == right.high.bitPattern
            && left.restsUntilSeconds == right.restsUntilSeconds
    }
}
