import TwinCore
import TwinWire

/// One document of each shape, as a ToR fault would fill it.
enum DocumentsSamples {
    static let noon = Timestamp(milliseconds: 1_795_356_156_118)

    static func time(_ seconds: Int64) -> RFC3339 { RFC3339(noon + .seconds(seconds)) }

    static let counts = CountsDocument(
        racks: 11, unhealthy: 1, unknown: 0, maintenance: 0, servers: 401, missing: 40)

    static let maintenance = MaintenanceDocument(
        address: "rack/dc1-r03", id: "m-1", owner: "ana", reason: "firmware \"1.2\"",
        from: time(0), until: time(7_200))

    static let owner = OwnerDocument(instance: "server-b", shard: 210, epoch: 1)

    static let location = LocationDocument(dc: "dc1", row: "2", rack: "dc1-r07", slot: "12")

    static let incident = IncidentDocument(
        id: "server/dc1-r07-s12:1", address: "server/dc1-r07-s12", kind: "missing-report",
        cause: nil, candidates: [CandidateDocument(cause: "reboot", likelihood: 0.9)],
        severity: .warning, phase: "open", reopened: 0, flapping: false,
        mutedBy: [MuteDocument(by: "fold", ref: "rack/dc1-r07:1")], pages: 0, since: time(0),
        openedAt: time(15), updatedAt: time(15), resolvedAt: nil,
        summary: "No report for 30 s, expected every 10 s.",
        evidence: [
            EvidenceDocument(metric: "reports.absent", value: 8, unit: "reports", limit: 3)
        ],
        children: 0, racksAffected: 0, serversAffected: 0, serversTotal: 0, location: location,
        labels: ["zone": "cz1", "feed": "A"], runbook: Runbook.sentence(for: .missingReport))

    static let alert = AlertDocument(
        id: "server#210:1:7", at: time(15), change: "opened", pages: false, incident: incident,
        address: "server/dc1-r07-s12", verdict: nil)

    static let verdictAlert = AlertDocument(
        id: "dc#3:1:9", at: time(16), change: "verdict", pages: false, incident: nil,
        address: "dc/dc1", verdict: .unhealthy)

    static let unhealthyRacks = UnhealthyRacksDocument(
        request: "7f3a91c2d4e5f607", dc: "dc1", verdict: .unhealthy, healthy: false,
        since: time(0), asOf: time(43), position: 88_213, stale: false, counts: counts,
        racks: [
            UnhealthyRacksDocument.Rack(
                key: "dc1-r07", since: time(0), severity: .critical, kind: "rack-unreachable",
                summary: "Rack unreachable: 40 of 40 servers silent within 9.8 s.", cause: nil,
                candidates: [
                    CandidateDocument(cause: "tor-switch", likelihood: 0.75),
                    CandidateDocument(cause: "rack-power", likelihood: 0.25),
                ], incident: "rack/dc1-r07:1", serversAffected: 40, serversTotal: 40,
                mutedBy: [
                    MuteDocument(
                        by: "acknowledgement", owner: "ana", comment: "on it", until: time(28_800))
                ])
        ],
        unknownRacks: [
            UnhealthyRacksDocument.UnknownRack(
                key: "dc1-r08", since: time(5), reason: "its owner rack-b is gone")
        ], cursor: nil)

    static let staleness = StalenessDocument(
        address: "dc/dc1", since: time(0), racks: 1, racksTotal: 11,
        silent: [
            StalenessDocument.Silence(
                tier: .rack, instance: "rack-b", since: time(0), shards: [17], racks: 1),
            StalenessDocument.Silence(
                tier: .server, instance: nil, since: time(9), shards: [3, 4]),
        ])

    static let status = StatusDocument(
        cluster: StatusDocument.Cluster(
            id: "7f3a91", protocol: 1, upSeconds: 11_520.5, shards: ShardCounts(all: 256)),
        datacenters: [
            StatusDocument.Datacenter(
                key: "dc1", verdict: .unhealthy, healthy: false, since: time(0), counts: counts)
        ],
        processes: [
            StatusDocument.Process(
                name: "broker", tier: nil, state: .ok, since: time(-11_520), version: "1.0.0",
                inputsPerSecond: 41),
            StatusDocument.Process(
                name: "server-a", tier: .server, state: .suspect, since: time(-3),
                version: "1.0.0", shards: 128, draining: true, twins: 203, inputsPerSecond: 20.25,
                commitSecondsP99: 0.0018, statusesOwed: 0, lagSeconds: 0.2,
                journalBytes: 67_108_864, diskFreeBytes: 65_498_251_264,
                residentBytes: 50_331_648),
        ],
        moves: [
            StatusDocument.Move(
                shard: "server#12", from: "server-a", to: "server-b", phase: "copying")
        ],
        refused: ["unknown-address": 3, "invalid": 1], quarantined: 0, warnings: [])

    static let moves = MovesDocument(
        changed: true,
        moves: [MovesDocument.Move(shard: "server#12", from: "server-a", to: "server-b")])

    static let list = ListDocument(
        tier: .server,
        items: [
            ListDocument.Item(
                address: "server/dc1-r07-s12", key: "dc1-r07-s12", status: "missing",
                since: time(0), dc: "dc1", rack: "dc1-r07", incidents: ["missing-report"],
                lastReportAt: time(-30))
        ], cursor: "dc1-r07-s12",
        missing: [MissingShardDocument(shard: "server#12", instance: "server-b", since: time(1))])

    static let unknownReporters = UnknownReportersDocument(
        items: [
            UnknownReportersDocument.Item(
                address: "server/lab-1", key: "lab-1", since: time(0), lastReportAt: time(60),
                reports: 7)
        ], cursor: nil, missing: [])

    static let quarantine = QuarantineListDocument(
        items: [
            QuarantineListDocument.Item(
                id: "server@server-a:3", at: time(0), twin: "server/dc1-r07-s12",
                form: "message", type: "ReportBatch", payloadBytes: 61, reason: banReason),
            QuarantineListDocument.Item(
                id: "server@server-a:4", at: time(9), twin: "server/dc1-r07-s13",
                form: "own", type: nil, payloadBytes: 0, reason: banReason),
        ], cursor: nil)

    static let quarantined = QuarantinedDocument(
        id: "server@server-a:3", at: time(0), twin: "server/dc1-r07-s12", form: "message",
        destination: "server@server-a", type: "ReportBatch", digest: "00c3a6b54c21ff2b",
        reason: banReason, payloadBytes: 3, payload: [0x92, 0x01, 0xC0], isWhole: true)

    static let requeued = QuarantineCommandDocument(
        id: "server@server-a:3", twin: "server/dc1-r07-s12", deed: .requeued,
        refusal: Refusal(.invalid, "report: 90 s in our future"))

    private static let banReason = "it has ended the process 2 times, last by SIGILL"

    static let server = ServerDocument(
        address: "server/dc1-r07-s12", status: "missing", since: time(0), asOf: time(58),
        position: 4_711, maintenance: nil, location: location,
        labels: ["feed": "A", "switch": "tor-r07"], owner: owner, generation: 88,
        commissionedAt: time(-11_000),
        report: ServerDocument.Report(
            lastAt: time(-30), intervalSeconds: 10, intervalSource: "declared", accepted: 1_100,
            late: 0, duplicate: 1, conflict: 0, tooOld: 0, future: 0, implausible: 2),
        baseline: ServerDocument.Baseline(state: "learning", hours: 3.05),
        window: ServerDocument.Window(from: time(-930), to: time(-30), reports: 90),
        metrics: [
            MetricDocument(
                name: "system.disk.utilization", unit: "ratio", device: "nvme3n1", last: 0.42,
                mean: 0.4, max: 0.57, expectedLow: nil, expectedHigh: nil, warn: nil,
                critical: nil, values: [0.4, nil, 0.42])
        ], incidents: [incident])

    static let rack = RackDocument(
        address: "rack/dc1-r07", status: "unhealthy", since: time(0), asOf: time(43),
        position: 512, maintenance: maintenance,
        location: LocationDocument(dc: "dc1", row: "2", rack: "dc1-r07"),
        labels: ["feed": ["A": 40], "model": ["r650": 38, "r750": 2]],
        owner: OwnerDocument(instance: "rack-a", shard: 12, epoch: 1), verdict: .unhealthy,
        unknownReason: nil,
        counts: RackDocument.Counts(
            servers: 40, expected: 40, judged: 40, missing: 40, maintenance: 0, failing: 0),
        members: [
            RackDocument.Member(
                key: "dc1-r07-s12", status: "missing", since: time(0),
                incidents: ["missing-report"])
        ],
        histogram: ["missing-report": 40],
        digest: [
            "system.network.dropped": RackDocument.Measure(
                median: 0.001, p90: 0.002, max: 0.003, shareAboveHalfLimit: 0)
        ], incidents: [])

    static let datacenter = DatacenterDocument(
        address: "dc/dc1", status: "unhealthy", since: time(0), asOf: time(43), position: 88_213,
        maintenance: nil, owner: OwnerDocument(instance: "dc-a", shard: 3, epoch: 1),
        verdict: .unhealthy, healthy: false, staleness: staleness, counts: counts,
        racks: [DatacenterDocument.Rack(key: "dc1-r07", verdict: .unhealthy, since: time(0))],
        incidents: [])

    static func placement() throws -> PlacementDocument {
        var placement = Placement(version: 3, shardCounts: ShardCounts(server: 4, rack: 2, dc: 1))
        let name = try InstanceName("server-a")
        for index in 0..<3 {
            placement[ShardID(tier: .server, index: UInt16(index))] = Placement.Owner(
                instance: name, epoch: .first, isBorn: true)
        }
        return PlacementDocument(
            clusterId: "7f3a91", protocol: 1, placement: placement,
            instances: [PlacementDocument.Instance(name: "server-a", tier: .server, state: .ok)])
    }
}
