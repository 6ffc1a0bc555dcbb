import TwinCore
import TwinWire

/// One thing that an operator does to a server, or asks. The order of two of them matters: a
/// commission to another rack, a decommission and a window of the same name do not commute.
enum Operation: Equatable {
    case commission(server: Int, ReferenceServer.Place)
    case decommission(server: Int)
    case setMaintenance(server: Int, id: String)
    case endMaintenance(server: Int, id: String)
    case getServer(server: Int)
    case getRack(Int)
    case unhealthyRacks

    /// The server whose state it changes or tells.
    var server: Int? {
        switch self {
        case .commission(let server, _), .decommission(let server),
            .setMaintenance(let server, _), .endMaintenance(let server, _),
            .getServer(let server):
            server
        case .getRack, .unhealthyRacks: nil
        }
    }

    var type: MessageType {
        switch self {
        case .commission: .commission
        case .decommission: .decommission
        case .setMaintenance: .setMaintenance
        case .endMaintenance: .endMaintenance
        case .getServer: .getServer
        case .getRack: .getRack
        case .unhealthyRacks: .getUnhealthyRacks
        }
    }

    var destination: String {
        switch self {
        case .getRack(let rack): "rack/\(Workload.rackKey(rack))"
        case .unhealthyRacks: "dc/\(Workload.datacenterKey)"
        case .commission, .decommission, .setMaintenance, .endMaintenance, .getServer:
            "server/\(Workload.serverKey(server ?? 0))"
        }
    }

    /// - Parameter generation: what the operator believes is in force; nil = unconditionally.
    func payload(generation: UInt64?, wall: Timestamp) throws -> [UInt8] {
        switch self {
        case .commission(_, let place):
            return Payload.pack(
                CommissionRequest(
                    dc: try TwinKey(Workload.datacenterKey),
                    rack: try TwinKey(Workload.rackKey(place.rack)), labels: place.labels,
                    ifGeneration: generation))
        case .decommission: return Payload.pack(DecommissionRequest(ifGeneration: generation))
        case .setMaintenance(_, let id):
            // The begin is named, so that a repeat is the same window to the millisecond.
            return Payload.pack(
                SetMaintenanceRequest(
                    id: id, owner: "ann", reason: "fans",
                    fromMilliseconds: wall.milliseconds,
                    untilMilliseconds: (wall + .minutes(240)).milliseconds))
        case .endMaintenance(_, let id): return Payload.pack(EndMaintenanceRequest(id: id))
        case .getServer, .getRack, .unhealthyRacks: return []
        }
    }
}
