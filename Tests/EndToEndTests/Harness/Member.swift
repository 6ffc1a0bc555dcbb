import Testing
import TwinCore

/// A process of a test's cluster; the raw value is its instance name and its state directory.
enum Member: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case broker
    case serverA = "server-a"
    case serverB = "server-b"
    case rackA = "rack-a"
    case rackB = "rack-b"
    case dcA = "dc-a"
    // These join a cluster that serves.
    case serverC = "server-c"
    case rackC = "rack-c"
    case dcB = "dc-b"

    /// nil for the broker.
    var tier: Tier? {
        switch self {
        case .broker: nil
        case .serverA, .serverB, .serverC: .server
        case .rackA, .rackB, .rackC: .rack
        case .dcA, .dcB: .dc
        }
    }

    var executable: String { tier.map { "\($0)-twin-svc" } ?? "twin-broker" }

    /// Those that share the shards of a new cluster, and their broker.
    static let founders: [Member] = [.broker, .serverA, .serverB, .rackA, .rackB, .dcA]
    /// All founders but the broker.
    static var instances: [Member] { founders.filter { $0.tier != nil } }
    /// The smallest cluster.
    static let smallest: [Member] = [.broker, .serverA, .rackA, .dcA]

    var testDescription: String { rawValue }
}
