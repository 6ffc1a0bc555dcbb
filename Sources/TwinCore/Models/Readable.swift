/// Numbers and times as a person reads them at three in the morning. No locale, no Foundation.
package enum Readable {
    /// A value with its unit: `96 %`, `3.2 %`, `7.5 °C`, `1,200 rpm` without the comma.
    package static func value(_ value: Double, _ unit: MetricUnit) -> String {
        switch unit {
        case .ratio: "\(number(value * 100)) %"
        case .none, .count, .flag: number(value)
        case .seconds where value.magnitude >= 60 && value.magnitude < 1e12:
            duration(Milliseconds(rawValue: Int64(value * 1_000)))
        case .seconds where value.magnitude < 1: "\(number(value * 1_000)) ms"
        case .perSecond, .seconds, .celsius, .rpm, .watts, .volts:
            "\(number(value)) \(unit.rawValue)"
        }
    }

    /// About three digits, no trailing zeros: `1234`, `96`, `3.25`, `0.012`.
    package static func number(_ value: Double) -> String {
        let magnitude = value.magnitude
        guard magnitude < 1e15 else { return "\(value)" }
        let decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 4
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = Int64(magnitude * scale + 0.5)
        let whole = scaled / Int64(scale)
        var fraction = String(scaled % Int64(scale))
        fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return fraction.isEmpty || decimals == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }

    /// `950 ms`, `43 s`, `2 min 3 s`, `8 h 12 min`, `3 d 2 h`.
    package static func duration(_ span: Milliseconds) -> String {
        let total = max(0, span.rawValue)
        let seconds = total / 1_000
        func pair(_ large: Int64, _ unit: String, _ small: Int64, _ rest: String) -> String {
            small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(rest)"
        }
        switch seconds {
        case 0: return "\(total) ms"
        case ..<60: return "\(seconds) s"
        case ..<3_600: return pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400: return pair(seconds / 3_600, "h", seconds / 60 % 60, "min")
        default: return pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        }
    }
}
