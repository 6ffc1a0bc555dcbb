internal import TwinCore
package import TwinWire

/// A first byte that picks a message, then its payload.
package enum MessageCheck {
    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        try forms[Int(first) % forms.count].check(Array(bytes.dropFirst()))
    }

    /// The messages whose payload is read by somebody: which first byte picks which.
    package static var types: [MessageType] { forms.map(\.type) }

    /// New ones go to the end: the kept corpus names them by number.
    private static let forms = commands + reports + documents + services

    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private static let commands = [
        MessageForm(.commission, CommissionRequest.self) { request throws(Refusal) in
            _ = try request.commission()
        },
        MessageForm(.commission, CommandDocument.self),
        MessageForm(.decommission, DecommissionRequest.self),
        MessageForm(.setMaintenance, SetMaintenanceRequest.self) { request throws(Refusal) in
            _ = try request.window(now: now)
        },
        MessageForm(.endMaintenance, EndMaintenanceRequest.self),
        MessageForm(.acknowledge, AcknowledgeRequest.self) { request throws(Refusal) in
            _ = try request.acknowledgement(now: now)
        },
        MessageForm(.unacknowledge, UnacknowledgeRequest.self),
        MessageForm(.refused, RefusalPayload.self),
        MessageForm(.ping, PingDocument.self),
    ]

    private static let reports = [
        MessageForm(.report, ReportRequest.self) { request throws(Refusal) in
            _ = try NamedReport(request, now: now)
        },
        MessageForm(.report, ReportReply.self),
        MessageForm(.reportBatch, ReportBatchReply.self),
    ]

    private static let documents = [
        MessageForm(.getServer, ServerDocument.self),
        MessageForm(.getRack, RackDocument.self),
        MessageForm(.getDatacenter, DatacenterDocument.self),
        MessageForm(.getUnhealthyRacks, UnhealthyRacksRequest.self),
        MessageForm(.getUnhealthyRacks, UnhealthyRacksDocument.self),
        MessageForm(.listTwins, ListRequest.self),
        MessageForm(.listTwins, ListDocument.self),
        MessageForm(.listIncidents, IncidentsDocument.self),
        MessageForm(.listMaintenance, MaintenanceListDocument.self),
        MessageForm(.listUnknown, UnknownReportersDocument.self),
        MessageForm(.readAlerts, ReadAlertsRequest.self),
        MessageForm(.readAlerts, AlertsPage.self),
        MessageForm(.getPlacement, PlacementDocument.self),
        MessageForm(.clusterStatus, StatusDocument.self),
    ]

    private static let services = [
        MessageForm(.register, Registration.self),
        MessageForm(.register, RegistrationGrant.self),
        MessageForm(.beat, Beat.self),
        MessageForm(.beat, BeatReply.self),
        MessageForm(.placement, Placement.self),
        MessageForm(.statuses, StatusBatch<ServerStatus>.self),
        MessageForm(.statuses, StatusBatch<RackStatus>.self),
        MessageForm(.receipts, ReceiptBatch.self),
        MessageForm(.audit, AuditPart.self),
        MessageForm(.askAudit, AuditAsk.self),
        MessageForm(.listQuarantine, QuarantineListDocument.self),
        MessageForm(.getQuarantined, QuarantinedRequest.self),
        MessageForm(.getQuarantined, QuarantinedDocument.self),
        MessageForm(.requeueQuarantined, QuarantineCommandDocument.self),
        MessageForm(.dropQuarantined, QuarantineCommandDocument.self),
        MessageForm(.moveShard, MoveShardRequest.self) { request throws(Refusal) in
            _ = try request.id
        },
        MessageForm(.adopt, AdoptRequest.self) { request throws(Refusal) in
            _ = try request.id
        },
        MessageForm(.drain, DrainRequest.self),
        MessageForm(.rebalance, RebalanceRequest.self),
        MessageForm(.rebalance, MovesDocument.self),
        MessageForm(.handoff, HandoffChunk.self) { chunk throws(Refusal) in
            for alert in chunk.alerts { _ = try alert.logged(in: chunk.index) }
        },
        MessageForm(.handoff, HandoffAnswer.self),
        MessageForm(.moveReport, MoveReport.self),
        MessageForm(.freeze, FreezeOrder.self),
        MessageForm(.thaw, ThawOrder.self),
    ]
}
