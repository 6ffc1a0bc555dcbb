/// One health rule that is not at rest on one server: how long it has been bad or good.
///
/// `for` counts reports and report time, so that a backlog delivered in a second is judged like
/// the same reports live. A rule at rest has no tracker.
package struct RuleTracker: Equatable, Sendable, Codable {
    /// Bad reports in a row beyond one level.
    struct Streak: Equatable, Sendable {
        var reports: UInt16 = 0
        var since = Timestamp(milliseconds: 0)

        mutating func note(isBad: Bool, at: Timestamp) {
            guard isBad else {
                reports = 0
                return
            }
            if reports == 0 { since = at }
            if reports < .max { reports += 1 }
        }

        func holds(for rule: HealthRule, at: Timestamp) -> Bool {
            reports >= rule.reports && at - since >= rule.duration
        }
    }

    /// What one report did to the condition.
    enum Outcome: Equatable, Sendable {
        /// A level came into force, or a higher one did.
        case raised
        /// In force as before.
        case held
        /// Good for long enough.
        case cleared
        /// Not in force.
        case waiting
    }

    /// The number of the rule in `HealthRules.all`.
    let rule: UInt8
    /// The level in force, 1-based; 0 = none yet.
    private(set) var level: UInt8 = 0
    private var milder = Streak()
    private var severer = Streak()
    private var goodReports: UInt8 = 0
    /// When the evidence of the incident was last refreshed, by report time.
    var toldAt = Timestamp(milliseconds: 0)
    /// What was usual before the onset, for rules that compare with it; NaN bits = none.
    private var usualBits = Float.nan.bitPattern

    init(rule: Int, usual: Float) {
        self.rule = UInt8(rule)
        usualBits = usual.isNaN ? Float.nan.bitPattern : usual.bitPattern
    }

    var usual: Float { Float(bitPattern: usualBits) }

    /// When the condition in force, or the one building up, began.
    var since: Timestamp { milder.since }

    /// True when nothing is left to remember.
    var isAtRest: Bool { level == 0 && milder.reports == 0 }

    /// Takes what a report measured.
    mutating func note(_ measured: Double, rule: HealthRule, at: Timestamp) -> Outcome {
        let entered = rule.levelEntered(by: measured)
        let held = rule.levelHeld(by: measured)
        if level == 0 {
            milder.note(isBad: entered >= 1, at: at)
        } else if held >= 1 {
            milder.note(isBad: true, at: at)
        }
        severer.note(isBad: entered >= 2, at: at)
        if level < 2, severer.holds(for: rule, at: at) { return enter(2) }
        if level < 1, milder.holds(for: rule, at: at) { return enter(1) }
        guard level > 0 else { return .waiting }
        guard held < Int(level) else {
            goodReports = 0
            return .held
        }
        goodReports += 1
        guard Int(goodReports) >= rule.goodReports else { return .held }
        goodReports = 0
        level = UInt8(held)
        guard level == 0 else { return .held }
        milder.note(isBad: false, at: at)
        return .cleared
    }

    private mutating func enter(_ newLevel: UInt8) -> Outcome {
        level = newLevel
        goodReports = 0
        return .raised
    }
}

extension RuleTracker {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        rule = try container.decode(UInt8.self)
        level = try container.decode(UInt8.self)
        milder.reports = try container.decode(UInt16.self)
        milder.since = try container.decode(Timestamp.self)
        severer.reports = try container.decode(UInt16.self)
        severer.since = try container.decode(Timestamp.self)
        goodReports = try container.decode(UInt8.self)
        toldAt = try container.decode(Timestamp.self)
        usualBits = try container.decode(UInt32.self)
        guard Int(rule) < HealthRules.all.count, level <= 2 else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no rule \(rule) with level \(level)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(rule)
        try container.encode(level)
        try container.encode(milder.reports)
        try container.encode(milder.since)
        try container.encode(severer.reports)
        try container.encode(severer.since)
        try container.encode(goodReports)
        try container.encode(toldAt)
        try container.encode(usualBits)
    }
}
