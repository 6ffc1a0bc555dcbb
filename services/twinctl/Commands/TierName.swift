import ArgumentParser
import TwinCore

/// A tier as people type it: `server`, `rack` or `dc`.
enum TierName: String, CaseIterable, ExpressibleByArgument {
    case server, rack, dc

    var tier: Tier {
        switch self {
        case .server: .server
        case .rack: .rack
        case .dc: .dc
        }
    }
}
