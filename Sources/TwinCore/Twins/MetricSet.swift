/// The ordered metric names that thousands of reports share, with everything a step looks up by
/// name worked out once.
///
/// Belongs to one shard's `MetricSets`, which gives the id. Copying is one retain; equality is
/// by id and names.
package struct MetricSet: Sendable {
    private let layout: MetricLayout

    /// Lays out `names`: unique, at most `Limits.metricsPerServerMax` (checked by the caller).
    package init(id: UInt16, names: [String]) {
        layout = MetricLayout(id: id, names: names)
    }

    /// The set of a twin that has never reported: no metrics, never interned.
    package static let empty = MetricSet(id: .max, names: [])

    package var id: UInt16 { layout.id }
    package var names: [String] { layout.names }
    package var count: Int { layout.names.count }
    package var definitions: [MetricDefinition] { layout.definitions }
    /// The column of `system.uptime`, which no window stores; nil = not among the names.
    package var uptimeColumn: Int? { layout.uptimeColumn }
    /// Columns that a window stores: all but the uptime.
    package var windowColumns: Int { count - (uptimeColumn == nil ? 0 : 1) }

    /// The rules that have a column here, with their first screening.
    var checks: [RuleCheck] { layout.checks }
    /// Which side of its expected range a column is judged on by its baseline.
    var baselineSides: [BaselineSide] { layout.baselineSides }

    /// How far beyond its expected range a column must at least be, in its own unit.
    var baselineMargins: [Float] { layout.baselineMargins }

    /// The column of `rule` (its number in `HealthRules.all`); nil = not among the names.
    package func column(ofRule rule: Int) -> Int? {
        layout.checks.first { Int($0.rule) == rule }.map { Int($0.column) }
    }

    /// The column of a digest measure; nil = not among the names.
    package func column(of measure: Digest.Measure) -> Int? {
        layout.digestColumns[measure.rawValue]
    }

    /// The column of a metric by its name; nil = not among the names. Cost: one comparison a name.
    package func column(of name: String) -> Int? { layout.names.firstIndex(of: name) }

    /// Where a window stores a column; nil for the uptime.
    package func windowColumn(_ column: Int) -> Int? {
        guard let uptime = layout.uptimeColumn, column >= uptime else { return column }
        return column == uptime ? nil : column - 1
    }

    /// What the values of each column are held against first.
    var limits: [ColumnLimits] { layout.limits }

    /// `value` as the model takes it: NaN when absent, nil when impossible for this metric.
    package func plausible(_ value: Float, column: Int) -> Float? {
        if value.isNaN { return .nan }
        return layout.plausible[column].contains(value) ? value : nil
    }
}

extension MetricSet: Equatable {
    package static func == (left: MetricSet, right: MetricSet) -> Bool {
        left.layout === right.layout
            || (left.layout.id == right.layout.id && left.layout.names == right.layout.names)
    }
}

/// One rule with its column, and the latest value beyond which it needs a closer look.
struct RuleCheck: Sendable {
    let rule: UInt8
    let column: UInt8
    let screen: RuleScreen

    /// True when a rule at rest can stay at rest, by the latest value alone. Cost: a comparison.
    func isQuiet(_ value: Float) -> Bool {
        switch screen {
        case .over(let limit): !(value > limit)
        case .magnitude(let limit): !(value.magnitude > limit)
        case .under(let limit): !(value < limit)
        case .never: false
        }
    }
}

/// The cheap half of a rule. A mean cannot *newly* be bad while the latest value is good.
enum RuleScreen: Sendable {
    case over(Float), magnitude(Float), under(Float), never

    init(_ rule: HealthRule) {
        let limit = rule.levels.first?.enter ?? 0
        switch rule.measure {
        case .latest, .mean, .rise:
            switch rule.side {
            case .over: self = .over(Float(limit))
            case .atLeast: self = .over(Float(limit).nextDown)
            case .under: self = .under(Float(limit))
            }
        case .magnitude: self = .magnitude(Float(limit))
        case .secondsToFull: self = .over(Float(HealthRules.fillPredictedFrom))
        case .shareOfUsual: self = .never
        }
    }
}

/// The shared, immutable body of a `MetricSet`: a class, so that a copy of the set is one word.
private final class MetricLayout: Sendable {
    let id: UInt16
    let names: [String]
    let definitions: [MetricDefinition]
    let plausible: [ClosedRange<Float>]
    let checks: [RuleCheck]
    let digestColumns: [Int?]
    let uptimeColumn: Int?
    let baselineSides: [BaselineSide]
    let baselineMargins: [Float]
    let limits: [ColumnLimits]

    init(id: UInt16, names: [String]) {
        self.id = id
        self.names = names
        definitions = names.map(MetricDefinition.named)
        plausible = definitions.map(\.plausible)
        checks = HealthRules.all.indices.compactMap { number in
            let rule = HealthRules.all[number]
            guard let column = names.firstIndex(of: rule.metric) else { return nil }
            return RuleCheck(
                rule: UInt8(number), column: UInt8(column), screen: RuleScreen(rule))
        }
        digestColumns = Digest.Measure.allCases.map { names.firstIndex(of: $0.metric) }
        let uptimeColumn = names.firstIndex(of: "system.uptime")
        self.uptimeColumn = uptimeColumn
        let (plausible, checks) = (plausible, checks)
        limits = names.indices.map { column in
            ColumnLimits(
                plausible: plausible[column], isStored: column != uptimeColumn,
                screens: checks.filter { Int($0.column) == column }.map(\.screen))
        }
        baselineSides = definitions.map(BaselineSide.init(of:))
        baselineMargins = definitions.map(Baseline.marginMin(of:))
    }
}
