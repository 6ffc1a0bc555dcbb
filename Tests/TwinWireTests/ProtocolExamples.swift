import TwinCore
import TwinWire

/// Every message of protocol version 1, once: what Protocol.md shows.
enum ProtocolExamples {
    static let all: [ProtocolExample] =
        ping + commands + reports + twinQueries + lists + quarantine + brokerQueries
        + moves + services + handoff

    private typealias Samples = ProtocolSamples

    private static let serverAddress = "server/dc1-r07-s12"
    private static let rackAddress = "rack/dc1-r07"

    /// The map that a question without fields carries.
    struct Nothing: Codable, Equatable, Sendable {}

    private static let ping = [
        ProtocolExample(
            .ping, .request, to: serverAddress,
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Nothing()),
        ProtocolExample(
            .ping, .reply, by: Samples.server,
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            PingDocument(
                address: serverAddress, instance: "server-b", epoch: 1, protocol: 1,
                roundTripMilliseconds: 0)),
        ProtocolExample(.refused, .reply, by: Samples.server, Samples.refusal),
    ]

    private static let commands = [
        ProtocolExample(
            .commission, .request, to: serverAddress,
            CommissionRequest(
                dc: Samples.key("dc1"), rack: Samples.key("dc1-r07"),
                labels: ["feed": "A", "switch": "tor-r07"], intervalSeconds: 10, ifGeneration: 0)
        ) { request throws(Refusal) in _ = try request.commission() },
        ProtocolExample(
            .commission, .reply, by: Samples.server,
            Samples.done(serverAddress, generation: 88, 88)),
        ProtocolExample(
            .decommission, .request, to: serverAddress, DecommissionRequest(ifGeneration: 88)),
        ProtocolExample(
            .decommission, .reply, by: Samples.server,
            Samples.done(serverAddress, generation: 88, 4_712)),
        ProtocolExample(
            .setMaintenance, .request, to: rackAddress,
            SetMaintenanceRequest(
                id: "m-1", owner: "ana", reason: "firmware 1.2",
                untilMilliseconds: (Samples.noon + .hours(2)).milliseconds)
        ) { request throws(Refusal) in _ = try request.window(now: Samples.noon) },
        ProtocolExample(
            .setMaintenance, .reply, by: Samples.rack, Samples.done(rackAddress, 513)),
        ProtocolExample(
            .endMaintenance, .request, to: rackAddress, EndMaintenanceRequest(id: "m-1")),
        ProtocolExample(
            .endMaintenance, .reply, by: Samples.rack, Samples.done(rackAddress, 514)),
        ProtocolExample(
            .acknowledge, .request, to: rackAddress,
            AcknowledgeRequest(
                incident: Samples.incident(.rack, "dc1-r07", 1), owner: "ana", comment: "on it",
                forSeconds: 28_800)
        ) { request throws(Refusal) in _ = try request.acknowledgement(now: Samples.noon) },
        ProtocolExample(
            .acknowledge, .reply, by: Samples.rack, Samples.done(rackAddress, 515)),
        ProtocolExample(
            .unacknowledge, .request, to: rackAddress,
            UnacknowledgeRequest(incident: Samples.incident(.rack, "dc1-r07", 1))),
        ProtocolExample(
            .unacknowledge, .reply, by: Samples.rack,
            Samples.done(rackAddress, changed: false, 515)),
    ]

    private static let twinQueries: [ProtocolExample] = {
        var server = DocumentsSamples.server
        server.incidents = []
        var unhealthy = DocumentsSamples.unhealthyRacks
        unhealthy.racks[0].mutedBy = []
        return [
            ProtocolExample(.getServer, .request, to: serverAddress, Nothing()),
            ProtocolExample(.getServer, .reply, by: Samples.server, server),
            ProtocolExample(.getRack, .request, to: rackAddress, Nothing()),
            ProtocolExample(.getRack, .reply, by: Samples.rack, DocumentsSamples.rack),
            ProtocolExample(.getDatacenter, .request, to: "dc/dc1", Nothing()),
            ProtocolExample(
                .getDatacenter, .reply, by: Samples.dc, DocumentsSamples.datacenter),
            ProtocolExample(
                .getUnhealthyRacks, .request, to: "dc/dc1",
                UnhealthyRacksRequest(limit: 100, after: "dc1-r06")),
            ProtocolExample(.getUnhealthyRacks, .reply, by: Samples.dc, unhealthy),
        ]
    }()

    private static let lists: [ProtocolExample] = {
        var list = DocumentsSamples.list
        list.missing = []
        list.shards = ShardSet([12, 210])
        let cursor = AlertCursor(
            tier: .dc, places: [AlertCursor.Place(shard: 3, epoch: .first, sequence: 8)])
        var next = cursor
        next.advance(to: AlertCursor.Place(shard: 3, epoch: .first, sequence: 9))
        return [
            ProtocolExample(
                .listTwins, .request, to: "server@server-b",
                ListRequest(
                    limit: 1, status: "missing", rack: Samples.key("dc1-r07"),
                    labels: ["feed": "A"])),
            ProtocolExample(.listTwins, .reply, by: Samples.server, list),
            ProtocolExample(
                .listIncidents, .request, to: "server@server-b",
                ListRequest(kind: "missing-report", severity: .warning, all: true)),
            ProtocolExample(
                .listIncidents, .reply, by: Samples.server,
                IncidentsDocument(items: [DocumentsSamples.incident])),
            ProtocolExample(.listMaintenance, .request, to: "rack@rack-a", ListRequest()),
            ProtocolExample(
                .listMaintenance, .reply, by: Samples.rack,
                MaintenanceListDocument(items: [DocumentsSamples.maintenance])),
            ProtocolExample(
                .listUnknown, .request, to: "server@server-b",
                ListRequest(limit: 100, after: "lab-0")),
            ProtocolExample(
                .listUnknown, .reply, by: Samples.server, DocumentsSamples.unknownReporters),
            ProtocolExample(
                .readAlerts, .request, to: "dc@dc-a",
                ReadAlertsRequest(
                    after: cursor, sinceMilliseconds: Samples.noon.milliseconds, limit: 250,
                    waitMilliseconds: 10_000)),
            ProtocolExample(
                .readAlerts, .reply, by: Samples.dc,
                AlertsPage(
                    tier: .dc, alerts: [DocumentsSamples.verdictAlert], cursor: next,
                    gaps: [
                        AlertsPage.Gap(
                            shard: 3, fromEpoch: .first, fromSequence: 2, resumeEpoch: .first,
                            resumeSequence: 8)
                    ], isComplete: true)),
        ]
    }()

    private static let quarantine = [
        ProtocolExample(
            .listQuarantine, .request, to: "server@server-b", ListRequest(limit: 100, after: "2")),
        ProtocolExample(
            .listQuarantine, .reply, by: Samples.server, DocumentsSamples.quarantine),
        ProtocolExample(
            .getQuarantined, .request, to: "server@server-b", QuarantinedRequest(id: 3)),
        ProtocolExample(
            .getQuarantined, .reply, by: Samples.server, DocumentsSamples.quarantined),
        ProtocolExample(
            .requeueQuarantined, .request, to: "server@server-b", QuarantinedRequest(id: 3)),
        ProtocolExample(
            .requeueQuarantined, .reply, by: Samples.server, DocumentsSamples.requeued),
        ProtocolExample(
            .dropQuarantined, .request, to: "server@server-b", QuarantinedRequest(id: 3)),
        ProtocolExample(
            .dropQuarantined, .reply, by: Samples.server,
            QuarantineCommandDocument(
                id: "server@server-b:3", twin: serverAddress, deed: .dropped)),
    ]

    private static let brokerQueries = [
        ProtocolExample(.getPlacement, .request, to: "broker", Nothing()),
        ProtocolExample(
            .getPlacement, .reply,
            PlacementDocument(
                clusterId: "7f3a91", protocol: 1, placement: Samples.placement,
                instances: [
                    PlacementDocument.Instance(name: "dc-a", tier: .dc, state: .ok),
                    PlacementDocument.Instance(name: "server-a", tier: .server, state: .suspect),
                ])),
        ProtocolExample(.clusterStatus, .request, to: "broker", Nothing()),
        ProtocolExample(
            .clusterStatus, .reply,
            StatusDocument(
                cluster: DocumentsSamples.status.cluster, datacenters: [],
                processes: DocumentsSamples.status.processes,
                moves: DocumentsSamples.status.moves,
                refused: DocumentsSamples.status.refused, quarantined: 0,
                warnings: ["server-b: not all beats are answered"])),
    ]

    private static let services = [
        ProtocolExample(.register, .request, to: "broker", Samples.registration),
        ProtocolExample(.register, .reply, Samples.grant),
        ProtocolExample(.beat, .beat, to: "broker", by: Samples.server, Samples.beat),
        ProtocolExample(.beat, .reply, Samples.beatReply),
        ProtocolExample(.placement, .event, Samples.placement),
        ProtocolExample(
            .statuses, .request, to: "rack@rack-a", by: Samples.server, Samples.serverStatuses),
        ProtocolExample(.statuses, .reply, by: Samples.rack, Samples.receipts),
        ProtocolExample(
            .statuses, .request, named: "of racks", to: "dc@dc-a", by: Samples.rack,
            Samples.rackStatuses),
        ProtocolExample(
            .receipts, .event, to: "server@server-b", by: Samples.rack, Samples.toldFolds),
        ProtocolExample(.audit, .request, to: "rack@rack-a", by: Samples.server, Samples.audit),
        ProtocolExample(.audit, .reply, by: Samples.rack, Samples.auditAnswer),
        ProtocolExample(.askAudit, .event, to: "server@server-b", by: Samples.rack, AuditAsk()),
    ]
}
