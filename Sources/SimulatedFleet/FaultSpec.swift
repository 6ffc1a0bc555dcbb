package import TwinCore

/// One `--fault` as written: `KIND:TARGET@START+DURATION`, for example `tor:dc1-r07@30s+120s`.
///
/// Times take the units `ms`, `s`, `m` and `h`; START counts from the fleet's first moment. The
/// target's existence is checked by `FleetTopology.fault(_:)`.
package struct FaultSpec: Equatable, Sendable {
    package let text: String
    package let kind: FaultKind
    package let target: String
    package let start: Milliseconds
    package let duration: Milliseconds

    /// Parses one `--fault`; throws which part is wrong and what was wanted there.
    package init(_ text: String) throws(FaultSpecError) {
        self.text = text
        guard let colon = text.firstIndex(of: ":"),
            let at = text.lastIndex(of: "@"), colon < at,
            let plus = text[at...].firstIndex(of: "+")
        else { throw FaultSpecError(text, .form) }
        let word = String(text[..<colon])
        guard let kind = FaultKind(rawValue: word) else {
            throw FaultSpecError(text, .kind(found: word))
        }
        self.kind = kind
        target = String(text[text.index(after: colon)..<at])
        guard !target.isEmpty else { throw FaultSpecError(text, .noTarget(kind)) }
        let startText = text[text.index(after: at)..<plus]
        guard let start = FaultSpec.span(startText) else {
            throw FaultSpecError(text, .time(part: "START", found: String(startText)))
        }
        let durationText = text[text.index(after: plus)...]
        guard let duration = FaultSpec.span(durationText), duration > .zero else {
            throw FaultSpecError(text, .time(part: "DURATION", found: String(durationText)))
        }
        self.start = start
        self.duration = duration
    }

    /// A whole number with its unit; nil for anything else and for more than a year.
    private static func span(_ text: Substring) -> Milliseconds? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let count = Int64(digits),
            let unit = unitMilliseconds(text[digits.endIndex...])
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= spanMax.rawValue else { return nil }
        return Milliseconds(rawValue: product)
    }

    private static func unitMilliseconds(_ unit: Substring) -> Int64? {
        switch unit {
        case "ms": 1
        case "s": Milliseconds.seconds(1).rawValue
        case "m", "min": Milliseconds.minutes(1).rawValue
        case "h": Milliseconds.hours(1).rawValue
        default: nil
        }
    }

    private static let spanMax = Milliseconds.hours(24 * 366)
}
