import ArgumentParser
import TwinCore

/// A length of time as people type it: `5s`, `500ms`, `2h`, `30d`; a bare number is seconds.
struct TimeSpan: Equatable, Sendable, ExpressibleByArgument {
    let span: Milliseconds

    init(span: Milliseconds) { self.span = span }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber || $0 == "." }
        let unit = argument.dropFirst(digits.count)
        guard let number = Double(digits), let scale = Self.milliseconds[String(unit)] else {
            return nil
        }
        let milliseconds = (number * scale).rounded()
        guard milliseconds > 0, milliseconds <= Self.longest else { return nil }
        span = Milliseconds(rawValue: Int64(milliseconds))
    }

    var defaultValueDescription: String { "\(span.rawValue / 1000)s" }

    private static let milliseconds: [String: Double] = [
        "": 1_000, "ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000,
        "d": 86_400_000,
    ]
    /// Ten years: above every limit, far below what a number can hold.
    private static let longest = 10 * 365 * 86_400_000.0
}
