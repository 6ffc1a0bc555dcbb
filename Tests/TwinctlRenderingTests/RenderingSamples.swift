import TwinCore
import TwinWire

/// The documents behind the examples of the command line's description: a ToR switch that fails.
enum RenderingSamples {
    /// 2026-11-22T14:03:19.204Z.
    static let now = Timestamp(milliseconds: 1_795_356_199_204)

    /// A moment of that day, `HH:MM:SS` with or without a fraction.
    static func time(_ clock: String) throws -> RFC3339 {
        try RFC3339(parsing: "2026-11-22T\(clock)Z")
    }

    static let counts = CountsDocument(
        racks: 11, unhealthy: 1, unknown: 0, maintenance: 0, servers: 401, missing: 40)

    static let torOrPower = [
        CandidateDocument(cause: "tor-switch", likelihood: 0.75),
        CandidateDocument(cause: "rack-power", likelihood: 0.25),
    ]

    static func status() throws -> StatusDocument {
        let instances: [(String, Tier, Int, Int, Double, Double, Double)] = [
            ("server-a", .server, 128, 203, 20.2, 0.0018, 0.2),
            ("server-b", .server, 128, 198, 21.0, 0.0019, 0.2),
            ("rack-a", .rack, 128, 6, 1, 0.0019, 0.1),
            ("rack-b", .rack, 128, 5, 1, 0.0019, 0.1),
            ("dc-a", .dc, 256, 1, 0, 0.0017, 0.1),
        ]
        let start = try time("10:51:07")
        let broker = StatusDocument.Process(
            name: "broker", tier: nil, state: .ok, since: start, version: "1.0.0",
            inputsPerSecond: 41.3)
        return StatusDocument(
            cluster: StatusDocument.Cluster(
                id: "7f3a91", protocol: 1, upSeconds: 11_532.2, shards: ShardCounts(all: 256)),
            datacenters: [
                StatusDocument.Datacenter(
                    key: "dc1", verdict: .unhealthy, healthy: false, since: try time("14:02:36"),
                    counts: counts)
            ],
            processes: [broker]
                + instances.map { name, tier, shards, twins, rate, commit, lag in
                    StatusDocument.Process(
                        name: name, tier: tier, state: .ok, since: start, version: "1.0.0",
                        shards: shards, twins: twins, inputsPerSecond: rate,
                        commitSecondsP99: commit, statusesOwed: 0, lagSeconds: lag,
                        diskFreeBytes: 61 << 30)
                },
            refused: ["unknown-address": 3], quarantined: 0, warnings: [])
    }

    static func unhealthyRacks() throws -> UnhealthyRacksDocument {
        UnhealthyRacksDocument(
            request: nil, dc: "dc1", verdict: .unhealthy, healthy: false,
            since: try time("14:02:36"), asOf: try time("14:03:19.204"), position: 88_213,
            stale: false, counts: counts,
            racks: [
                UnhealthyRacksDocument.Rack(
                    key: "dc1-r07", since: try time("14:02:36"), severity: .critical,
                    kind: "rack-unreachable", summary: "Rack unreachable.", cause: nil,
                    candidates: torOrPower, incident: "rack/dc1-r07:1", serversAffected: 40,
                    serversTotal: 40, mutedBy: [])
            ], unknownRacks: [])
    }

    /// What a data center says of its picture after two owners have been away for a while.
    static func staleness() throws -> StalenessDocument {
        StalenessDocument(
            address: "dc/dc1", since: try time("14:01:36"), racks: 6, racksTotal: 11,
            silent: [
                StalenessDocument.Silence(
                    tier: .rack, instance: "rack-b", since: try time("14:01:36"),
                    shards: [3, 17, 40, 41, 77, 210], racks: 6),
                StalenessDocument.Silence(
                    tier: .server, instance: "server-b", since: try time("14:02:00"),
                    shards: Array(128..<256)),
            ])
    }

    static func incident(
        _ id: String, _ kind: IncidentKind, since: String, severity: Severity, summary: String
    ) throws -> IncidentDocument {
        IncidentDocument(
            id: id, address: "\(try IncidentID(id).address)", kind: kind.rawValue, candidates: [],
            severity: severity, phase: "open", reopened: 0, flapping: false, mutedBy: [],
            pages: 1, since: try time(since), openedAt: try time(since),
            updatedAt: try time(since), summary: summary, evidence: [], children: 0,
            racksAffected: 0, serversAffected: 0, serversTotal: 0, location: LocationDocument(),
            labels: [:], runbook: Runbook.sentence(for: kind))
    }

    static func server() throws -> ServerDocument {
        var missing = try incident(
            "server/dc1-r07-s12:1", .missingReport, since: "14:02:21", severity: .warning,
            summary: "No report for 80 s.")
        missing.mutedBy = [MuteDocument(by: "fold", ref: "rack/dc1-r07:1")]
        missing.evidence = [
            EvidenceDocument(metric: "reports.absent", value: 8, unit: "reports", limit: 3)
        ]
        let hidden = (1...12).map { metric("app.queue.depth.\($0)", "", 1, 1, 1, [1]) }
        return ServerDocument(
            address: "server/dc1-r07-s12", status: "missing", since: try time("14:02:21"),
            asOf: try time("14:03:19"), position: 4_711,
            location: LocationDocument(dc: "dc1", row: "2", rack: "dc1-r07", slot: "12"),
            labels: [
                "row": "2", "slot": "12", "feed": "A", "zone": "cz1", "switch": "tor-r07",
                "model": "r650",
            ],
            owner: OwnerDocument(instance: "server-b", shard: 210, epoch: 1), generation: 88,
            commissionedAt: try time("10:51:12"),
            report: ServerDocument.Report(
                lastAt: try time("14:01:51"), intervalSeconds: 10, intervalSource: "declared",
                accepted: 1_140, late: 0, duplicate: 0, conflict: 0, tooOld: 0, future: 0,
                implausible: 0),
            baseline: ServerDocument.Baseline(state: "learning", hours: 3.2),
            window: ServerDocument.Window(
                from: try time("13:46:51"), to: try time("14:01:51"), reports: 90),
            metrics: metrics + hidden, incidents: [missing])
    }

    private static var metrics: [MetricDocument] {
        let busy = [0.36, 0.36, 0.42, 0.36, 0.57, 0.42, 0.36, 0.36, 0.42, 0.36, 0.36, 0.42, 0.57]
        var cpu = metric(
            "system.cpu.utilization", "ratio", 0.42, 0.4, 0.57, busy + [0.36, 0.36, 0.42])
        (cpu.warn, cpu.critical) = (0.85, 0.95)
        var memory = metric(
            "system.memory.utilization", "ratio", 0.61, 0.61, 0.62,
            Array(repeating: 0.61, count: 16))
        (memory.warn, memory.critical) = (0.9, 0.98)
        var drops = metric(
            "system.network.dropped", "ratio", 0.00001, 0.00001, 0.00003,
            Array(repeating: 0.00001, count: 15) + [0.00003])
        drops.warn = 0.02
        var margin = metric(
            "hw.temperature.margin", "°C", 31, 31.4, 33,
            [31, 31, 33, 31, 29, 29] + Array(repeating: 31, count: 10))
        (margin.warn, margin.critical) = (10, 5)
        return [cpu, memory, drops, margin]
    }

    private static func metric(
        _ name: String, _ unit: String, _ last: Double, _ mean: Double, _ max: Double,
        _ values: [Double?]
    ) -> MetricDocument {
        MetricDocument(name: name, unit: unit, last: last, mean: mean, max: max, values: values)
    }

    /// Opened, updated and resolved, as the rack's incident goes by.
    static func alerts() throws -> [AlertDocument] {
        var incident = try incident(
            "rack/dc1-r07:1", .rackUnreachable, since: "14:02:36.118", severity: .critical,
            summary: "Rack unreachable: 40 of 40 servers silent within 9.8 s.")
        incident.candidates = torOrPower
        incident.children = 40
        let opened = try alert("14:02:36.118", .opened, incident)
        incident.cause = "tor-switch"
        incident.candidates = []
        incident.summary = "40 of 40 back, uptime unchanged."
        let updated = try alert("14:04:06.902", .updated, incident)
        incident.phase = "resolved"
        incident.resolvedAt = try time("14:04:38.377")
        incident.summary = "40 servers unfolded, all healthy."
        return [opened, updated, try alert("14:04:38.377", .resolved, incident)]
    }

    static func alert(
        _ clock: String, _ change: AlertChange, _ incident: IncidentDocument
    ) throws -> AlertDocument {
        AlertDocument(
            id: "rack#12:1:1", at: try time(clock), change: change.rawValue, pages: true,
            incident: incident, address: incident.address)
    }

    static func rack() throws -> RackDocument {
        var unreachable = try incident(
            "rack/dc1-r07:1", .rackUnreachable, since: "14:02:36", severity: .critical,
            summary: "Rack unreachable.")
        unreachable.candidates = torOrPower
        let since = try time("14:02:21")
        let members = (1...40).map { slot in
            RackDocument.Member(
                key: "dc1-r07-s\(slot < 10 ? "0" : "")\(slot)",
                status: slot <= 3 ? "missing" : "healthy", since: since,
                incidents: slot <= 3 ? ["missing-report"] : [])
        }
        return RackDocument(
            address: "rack/dc1-r07", status: "unhealthy", since: try time("14:02:36"),
            asOf: try time("14:03:19.204"), position: 512,
            location: LocationDocument(dc: "dc1", row: "2", rack: "dc1-r07"),
            labels: ["feed": ["A": 40], "model": ["r750": 2, "r650": 38]],
            owner: OwnerDocument(instance: "rack-a", shard: 12, epoch: 1), verdict: .unhealthy,
            counts: RackDocument.Counts(
                servers: 40, expected: 40, judged: 40, missing: 3, maintenance: 0, failing: 0),
            members: members, histogram: ["missing-report": 3, "packet-drops": 1],
            digest: [
                "system.network.dropped": RackDocument.Measure(
                    median: 0.001, p90: 0.002, max: 0.03, shareAboveHalfLimit: 0.025),
                "hw.fan.speed": RackDocument.Measure(median: 8_200, p90: 8_700, max: 9_100),
            ], incidents: [unreachable])
    }

    static func datacenter() throws -> DatacenterDocument {
        let racks = try (1...11).map { number in
            DatacenterDocument.Rack(
                key: "dc1-r\(number < 10 ? "0" : "")\(number)",
                verdict: number == 7 ? .unhealthy : .healthy,
                since: try time(number == 7 ? "14:02:36" : "10:51:30"))
        }
        return DatacenterDocument(
            address: "dc/dc1", status: "unhealthy", since: try time("14:02:36"),
            asOf: try time("14:03:19.204"), position: 88_213,
            owner: OwnerDocument(instance: "dc-a", shard: 3, epoch: 1), verdict: .unhealthy,
            healthy: false, counts: counts, racks: racks, incidents: [])
    }

    static func list() throws -> ListDocument {
        ListDocument(
            tier: .server,
            items: [
                ListDocument.Item(
                    address: "server/dc1-r07-s12", key: "dc1-r07-s12", status: "missing",
                    since: try time("14:02:21"), dc: "dc1", rack: "dc1-r07",
                    incidents: ["missing-report"], lastReportAt: try time("14:01:51")),
                ListDocument.Item(
                    address: "server/new-1", key: "new-1", status: "awaiting", dc: "dc1",
                    rack: "dc1-r08", incidents: []),
            ], cursor: "new-1",
            missing: [MissingShardDocument(shard: "server#12", instance: "server-b")])
    }
}
