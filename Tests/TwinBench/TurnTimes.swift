import Foundation

/// How long turns took: all of them, and the engine's own part of closing them.
struct TurnTimes {
    private var whole: [Double] = []
    private var closing: [Double] = []
    private var slices = 0

    mutating func note(closing: Double, whole: Double, hasSlice: Bool) {
        self.closing.append(closing)
        self.whole.append(whole)
        if hasSlice { slices += 1 }
    }

    var text: String {
        "\(whole.count) turns, \(slices) with rows; closing \(Self.line(closing)); "
            + "with append and sync \(Self.line(whole))"
    }

    private static func line(_ seconds: [Double]) -> String {
        let spread = Spread(seconds.map { $0 * 1_000 })
        return String(
            format: "p50 %.2f p99 %.2f p99.9 %.2f max %.2f ms", spread.quantile(0.5),
            spread.quantile(0.99), spread.quantile(0.999), spread.quantile(1))
    }
}
