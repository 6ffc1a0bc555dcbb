internal import TwinCore

/// Why a simulated data center of the asked size cannot be laid out.
package enum TopologyError: Error, Equatable, Sendable {
    case rackCount(Int)
    case serversPerRack(Int)
    case name(String)
}

extension TopologyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rackCount(let found):
            "--racks: wanted 1 to \(Limits.racksPerDatacenterMax), found \(found)"
        case .serversPerRack(let found):
            "--servers-per-rack: wanted 1 to \(Limits.membersPerRackMax), found \(found)"
        case .name(let reason):
            "data center name: \(reason)"
        }
    }
}
