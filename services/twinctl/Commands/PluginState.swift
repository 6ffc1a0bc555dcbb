internal import TwinCore
import TwinWire

/// The states of a monitoring plugin; the raw value is its exit code.
enum PluginState: Int32, Sendable {
    case ok = 0
    case warning = 1
    case critical = 2
    case unknown = 3

    init(_ document: UnhealthyRacksDocument) {
        switch document.verdict {
        case .unhealthy: self = .critical
        case .unknown: self = .unknown
        case .healthy: self = document.stale || document.counts.unknown > 0 ? .warning : .ok
        }
    }

    var word: String {
        switch self {
        case .ok: "OK"
        case .warning: "WARNING"
        case .critical: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }
}
