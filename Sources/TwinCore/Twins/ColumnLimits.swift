/// What is possible for one column, and where no rule needs a closer look: one look at a value
/// answers both for all rules.
struct ColumnLimits: Sendable {
    /// False for the uptime, which no window stores.
    let isStored: Bool
    private let lowest: Float
    private let highest: Float
    private var quietFrom = -Float.infinity
    private var quietTo = Float.infinity

    init(plausible: ClosedRange<Float>, isStored: Bool, screens: [RuleScreen]) {
        self.isStored = isStored
        lowest = plausible.lowerBound
        highest = plausible.upperBound
        for screen in screens {
            switch screen {
            case .over(let limit): quietTo = min(quietTo, limit)
            case .magnitude(let limit):
                quietFrom = max(quietFrom, -limit)
                quietTo = min(quietTo, limit)
            case .under(let limit): quietFrom = max(quietFrom, limit)
            case .never:
                quietFrom = .infinity
                quietTo = -.infinity
            }
        }
    }

    /// False for NaN.
    func isPossible(_ value: Float) -> Bool { value >= lowest && value <= highest }

    /// True when every rule at rest stays at rest.
    func isQuiet(_ value: Float) -> Bool { value >= quietFrom && value <= quietTo }
}
