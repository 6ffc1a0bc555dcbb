import TwinCore

/// Values of metrics with their unit, in two manners: measured values keep their digits so that a
/// column lines up, limits lose needless ones.
enum MetricText {
    /// A measured value: `42 %`, `31.0 °C`, `1.8 ms`; the sign for none when absent.
    static func measured(_ value: Double?, _ unit: String) -> String {
        guard let value else { return "–" }
        return switch MetricUnit(rawValue: unit) {
        case .ratio: HumanNumbers.percent(value)
        case .seconds: value < 0 ? "-" + HumanNumbers.seconds(-value) : HumanNumbers.seconds(value)
        case .celsius: "\(HumanNumbers.fixed(value, digits: 1)) °C"
        case .volts: "\(HumanNumbers.fixed(value, digits: 2)) V"
        case .perSecond: "\(HumanNumbers.rate(value)) /s"
        case .flag: value >= 0.5 ? "on" : "off"
        case .rpm, .watts: "\(HumanNumbers.fixed(value, digits: 0)) \(unit)"
        case .count, .some(.none): HumanNumbers.trimmed(value, digits: 3)
        case nil: "\(HumanNumbers.trimmed(value, digits: 1)) \(unit)"
        }
    }

    /// A limit: `2 %`, `10 °C`, `3`.
    static func limit(_ value: Double, _ unit: String) -> String {
        switch MetricUnit(rawValue: unit) {
        case .celsius, .volts: "\(HumanNumbers.trimmed(value, digits: 2)) \(unit)"
        case .ratio, .seconds, .perSecond, .flag, .rpm, .watts, .count, .some(.none):
            measured(value, unit)
        case nil: HumanNumbers.trimmed(value, digits: 1)
        }
    }

    /// Two values that share their unit: `85 / 95 %`; one of them alone; the sign for none.
    static func pair(
        _ first: Double?, _ second: Double?, _ unit: String, separator: String
    ) -> String {
        guard let first, let second else {
            return (first ?? second).map { limit($0, unit) } ?? "–"
        }
        let (low, high) = (limit(first, unit), limit(second, unit))
        guard let lowBlank = low.lastIndex(of: " "), let highBlank = high.lastIndex(of: " "),
            low[lowBlank...] == high[highBlank...]
        else { return low == high ? low : "\(low)\(separator)\(high)" }
        return "\(low[..<lowBlank])\(separator)\(high)"
    }
}
