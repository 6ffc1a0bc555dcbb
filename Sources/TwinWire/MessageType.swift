/// The messages of protocol version 1; the raw value is the third element of the envelope.
package enum MessageType: String, Sendable, CaseIterable {
    // MARK: commands, to a twin
    case commission = "Commission"
    case decommission = "Decommission"
    case setMaintenance = "SetMaintenance"
    case endMaintenance = "EndMaintenance"
    case acknowledge = "Acknowledge"
    case unacknowledge = "Unacknowledge"
    // MARK: reports, to a server twin or to a server instance
    case report = "Report"
    case reportBatch = "ReportBatch"
    // MARK: queries, to a twin
    case getServer = "GetServer"
    case getRack = "GetRack"
    case getDatacenter = "GetDatacenter"
    case getUnhealthyRacks = "GetUnhealthyRacks"
    // MARK: queries, to an instance
    case listTwins = "ListTwins"
    case listIncidents = "ListIncidents"
    case listMaintenance = "ListMaintenance"
    case listUnknown = "ListUnknown"
    case readAlerts = "ReadAlerts"
    case listQuarantine = "ListQuarantine"
    case getQuarantined = "GetQuarantined"
    // MARK: commands, to an instance
    case requeueQuarantined = "RequeueQuarantined"
    case dropQuarantined = "DropQuarantined"
    // MARK: queries, to the broker
    case getPlacement = "GetPlacement"
    case clusterStatus = "ClusterStatus"
    // MARK: commands, to the broker
    case moveShard = "MoveShard"
    case drain = "Drain"
    case rebalance = "Rebalance"
    case adopt = "Adopt"
    // MARK: anywhere
    case ping = "Ping"
    // MARK: between services and the broker, service socket only
    case register = "Register"
    case beat = "Beat"
    case placement = "Placement"
    case statuses = "Statuses"
    case receipts = "Receipts"
    case audit = "Audit"
    case askAudit = "AskAudit"
    case handoff = "Handoff"
    case moveReport = "MoveReport"
    case freeze = "Freeze"
    case thaw = "Thaw"
    // MARK: answers
    case refused = "Refused"

    /// True for requests that may write a journal record of their own.
    package var fillsJournal: Bool {
        switch self {
        case .commission, .decommission, .setMaintenance, .endMaintenance, .acknowledge,
            .unacknowledge, .report, .reportBatch, .statuses, .audit, .requeueQuarantined:
            true
        case .getServer, .getRack, .getDatacenter, .getUnhealthyRacks, .listTwins,
            .listIncidents, .listMaintenance, .listUnknown, .readAlerts, .listQuarantine,
            .getQuarantined, .dropQuarantined, .getPlacement, .clusterStatus, .ping, .register,
            .beat, .placement, .receipts, .askAudit, .refused, .moveShard, .drain, .rebalance,
            .adopt, .handoff, .moveReport, .freeze, .thaw:
            false
        }
    }

    /// True for what only registered services may send, on the service socket.
    package var isForServicesOnly: Bool {
        switch self {
        case .register, .beat, .placement, .statuses, .receipts, .audit, .askAudit, .handoff,
            .moveReport, .freeze, .thaw:
            true
        case .commission, .decommission, .setMaintenance, .endMaintenance, .acknowledge,
            .unacknowledge, .report, .reportBatch, .getServer, .getRack, .getDatacenter,
            .getUnhealthyRacks, .listTwins, .listIncidents, .listMaintenance, .listUnknown,
            .readAlerts, .listQuarantine, .getQuarantined, .requeueQuarantined, .dropQuarantined,
            .getPlacement, .clusterStatus, .ping, .refused, .moveShard, .drain, .rebalance, .adopt:
            false
        }
    }
}
