package import TwinCore

/// Numbers as people read them, with a unit and no more digits than they need.
package enum HumanNumbers {
    /// A ratio as a percentage: `42 %`, `1.5 %`, `0.001 %`.
    package static func percent(_ ratio: Double) -> String {
        "\(percentNumber(ratio)) %"
    }

    /// The number alone, for pairs such as `85 / 95 %`.
    static func percentNumber(_ ratio: Double) -> String {
        let value = ratio * 100
        let size = value.magnitude
        if size == 0 { return "0" }
        if size < 0.000_5 { return value < 0 ? ">-0.001" : "<0.001" }
        if size >= 10 { return fixed(value, digits: 0) }
        return trimmed(value, digits: size >= 1 ? 1 : size >= 0.1 ? 2 : 3)
    }

    /// A length of time in its two largest units: `43 s`, `2 min 2 s`, `3 h 12 min`, `4 d 3 h`.
    package static func span(_ span: Milliseconds) -> String {
        let seconds = max(0, span.rawValue) / 1_000
        let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24)
        let (minutes, rest) = (seconds / 60 % 60, seconds % 60)
        if days > 0 { return pair(days, "d", hours, "h") }
        if hours > 0 { return pair(hours, "h", minutes, "min") }
        if minutes > 0 { return pair(minutes, "min", rest, "s") }
        return "\(rest) s"
    }

    private static func pair(
        _ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String
    ) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }

    /// Seconds of work or delay: `85 µs`, `1.8 ms`, `0.2 s`, `12 s`, then as `span`.
    package static func seconds(_ seconds: Double) -> String {
        if seconds <= 0 { return "0 s" }
        if seconds < 0.001 { return "\(fixed(seconds * 1_000_000, digits: 0)) µs" }
        if seconds < 0.1 { return "\(fixed(seconds * 1_000, digits: 1)) ms" }
        if seconds < 10 { return "\(fixed(seconds, digits: 1)) s" }
        return span(Milliseconds(rawValue: whole(seconds * 1_000)))
    }

    /// A lag: `0.2 s`, `12 s`, then as `span`.
    package static func lag(_ seconds: Double) -> String {
        seconds < 10 ? "\(fixed(max(0, seconds), digits: 1)) s" : HumanNumbers.seconds(seconds)
    }

    /// A reporting interval: `10 s`, `2.5 s`, `1 min`.
    package static func interval(_ seconds: Double) -> String {
        seconds < 60 ? "\(trimmed(seconds, digits: 1)) s" : HumanNumbers.seconds(seconds)
    }

    /// A size in powers of 1,024: `61 GiB`, `1.5 MiB`, `512 B`.
    package static func bytes(_ count: UInt64) -> String {
        var value = Double(count)
        for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
            if value < 1_024 {
                let digits = unit == "B" || value >= 10 ? 0 : 1
                return "\(trimmed(value, digits: digits)) \(unit)"
            }
            value /= 1_024
        }
        return "\(fixed(value, digits: 0)) PiB"
    }

    /// A rate a second as a bare number: `0.4`, `41`, `12,500`.
    package static func rate(_ perSecond: Double) -> String {
        perSecond > 0 && perSecond < 10
            ? trimmed(perSecond, digits: 1) : grouped(whole(perSecond))
    }

    /// A count and its noun: `1 rack`, `40 racks`.
    package static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    // MARK: digits

    /// `value` with exactly so many digits after the point, half away from zero.
    static func fixed(_ value: Double, digits: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = whole(value * Double(scale))
        let sign = scaled < 0 ? "-" : ""
        let size = scaled.magnitude
        guard digits > 0 else { return "\(sign)\(size)" }
        let fraction = String(size % UInt64(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(sign)\(size / UInt64(scale)).\(zeros)\(fraction)"
    }

    /// `fixed` without the zeros at its end.
    static func trimmed(_ value: Double, digits: Int) -> String {
        var text = fixed(value, digits: digits)
        guard text.contains(".") else { return text }
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// The nearest whole number; what no `Int64` holds becomes its end.
    private static func whole(_ value: Double) -> Int64 {
        guard value.isFinite else { return value > 0 ? Int64.max : value < 0 ? Int64.min + 1 : 0 }
        let rounded = value.rounded(.toNearestOrAwayFromZero)
        return Int64(exactly: rounded) ?? (rounded < 0 ? Int64.min + 1 : Int64.max)
    }

    /// Digits in groups of three from 10,000 on.
    private static func grouped(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        guard digits.count > 4 else { return String(value) }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-\(text)" : text
    }
}
