/// How a server is doing in one word: what its rack counts and lists show.
package enum ServerCondition: UInt8, Sendable, CaseIterable {
    /// Commissioned, never reported.
    case awaiting = 0
    case healthy = 1
    /// An incident of severity warning is open.
    case degraded = 2
    /// An incident of severity error or critical is open, apart from silence.
    case failing = 3
    /// Two intervals without a report: shown only.
    case late = 4
    /// Three intervals without a report.
    case missing = 5
    /// Twelve intervals, at least ten minutes, without a report.
    case gone = 6

    package var name: String {
        switch self {
        case .awaiting: "awaiting"
        case .healthy: "healthy"
        case .degraded: "degraded"
        case .failing: "failing"
        case .late: "late"
        case .missing: "missing"
        case .gone: "gone"
        }
    }

    /// True for the conditions that a rack counts as silence.
    package var isSilent: Bool {
        switch self {
        case .missing, .gone: true
        case .awaiting, .healthy, .degraded, .failing, .late: false
        }
    }
}
