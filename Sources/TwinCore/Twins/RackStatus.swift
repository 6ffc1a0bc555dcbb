/// All that a rack twin tells its data center, whole, under its version.
package struct RackStatus: Equatable, Sendable, Codable {
    package var dc: TwinKey
    package var verdict: Verdict
    package var verdictSince: Timestamp
    /// Why the rack is unknown, in one sentence; nil otherwise.
    package var unknownReason: String?
    package var counts: RackCounts
    /// The topology labels of the members with counts, at most 8 values a dimension, most first.
    package var labels: [LabelCount]
    /// When the present mass silence began: the earliest onset among silent members.
    package var silentSince: Timestamp?
    /// Agent versions and relays of the silent members, and of all members, with counts.
    package var reporters: [ReporterCount]
    package var incidents: [RackIncidentBrief]
    package var isInMaintenance: Bool
    /// The dc's fold set this twin has applied.
    package var foldsVersion: Version

    package init(
        dc: TwinKey, verdict: Verdict, verdictSince: Timestamp, unknownReason: String?,
        counts: RackCounts, labels: [LabelCount], silentSince: Timestamp?,
        reporters: [ReporterCount], incidents: [RackIncidentBrief], isInMaintenance: Bool,
        foldsVersion: Version
    ) {
        self.dc = dc
        self.verdict = verdict
        self.verdictSince = verdictSince
        self.unknownReason = unknownReason
        self.counts = counts
        self.labels = labels
        self.silentSince = silentSince
        self.reporters = reporters
        self.incidents = incidents
        self.isInMaintenance = isInMaintenance
        self.foldsVersion = foldsVersion
    }
}

/// The members of a rack by how they count.
package struct RackCounts: Equatable, Sendable, Codable {
    package var servers = 0
    /// Members that may be judged: not awaiting, not in maintenance, not gone before.
    package var expected = 0
    /// Expected members whose shard is heard and that joined long enough ago.
    package var judged = 0
    package var missing = 0
    package var maintenance = 0
    /// Members with at least one open incident of error or critical.
    package var failing = 0

    package init() {}
}

/// How many members carry one value of one topology label.
package struct LabelCount: Equatable, Sendable, Codable {
    package var name: String
    package var value: String
    package var servers: Int

    package init(name: String, value: String, servers: Int) {
        self.name = name
        self.value = value
        self.servers = servers
    }
}

/// How many members report through one agent version and relay, and how many of them are silent.
package struct ReporterCount: Equatable, Sendable, Codable {
    package var agentVersion: String?
    package var relay: String?
    package var servers: Int
    package var silent: Int

    package init(agentVersion: String?, relay: String?, servers: Int, silent: Int) {
        self.agentVersion = agentVersion
        self.relay = relay
        self.servers = servers
        self.silent = silent
    }
}

/// A rack incident as its data center sees it: enough to list it, without evidence.
package struct RackIncidentBrief: Equatable, Sendable, Codable {
    package var number: UInt32
    package var kind: IncidentKind
    package var severity: Severity
    package var phase: Incident.Phase
    package var since: Timestamp
    package var cause: IncidentCause?
    package var candidates: [CauseCandidate]
    package var summary: String
    package var serversAffected: Int
    package var serversTotal: Int
    package var mutes: [MuteEntry]

    package init(
        number: UInt32, kind: IncidentKind, severity: Severity, phase: Incident.Phase,
        since: Timestamp, cause: IncidentCause?, candidates: [CauseCandidate], summary: String,
        serversAffected: Int, serversTotal: Int, mutes: [MuteEntry]
    ) {
        self.number = number
        self.kind = kind
        self.severity = severity
        self.phase = phase
        self.since = since
        self.cause = cause
        self.candidates = candidates
        self.summary = summary
        self.serversAffected = serversAffected
        self.serversTotal = serversTotal
        self.mutes = mutes
    }
}

// MARK: what is read is bounded

// A data center adds up what hundreds of racks count and compares what they list: a peer's number
// beyond all servers, or a list beyond all incidents, is refused where it is read.

extension RackStatus {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        dc = try container.decode(TwinKey.self, forKey: .dc)
        verdict = try container.decode(Verdict.self, forKey: .verdict)
        verdictSince = try container.decode(Timestamp.self, forKey: .verdictSince)
        unknownReason = try container.decodeIfPresent(String.self, forKey: .unknownReason)
        counts = try container.decode(RackCounts.self, forKey: .counts)
        labels = try container.decode([LabelCount].self, forKey: .labels)
        silentSince = try container.decodeIfPresent(Timestamp.self, forKey: .silentSince)
        reporters = try container.decode([ReporterCount].self, forKey: .reporters)
        incidents = try container.decode([RackIncidentBrief].self, forKey: .incidents)
        isInMaintenance = try container.decode(Bool.self, forKey: .isInMaintenance)
        foldsVersion = try container.decode(Version.self, forKey: .foldsVersion)
        try container.check(
            labels.count, atMost: RackDimension.allCases.count * Limits.labelValuesPerRackMax,
            forKey: .labels)
        try container.check(
            reporters.count, atMost: Limits.labelValuesPerRackMax, forKey: .reporters)
        try container.check(
            incidents.count, atMost: Limits.openIncidentsPerTwinMax, forKey: .incidents)
    }
}

extension RackCounts {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        servers = try container.servers(.servers)
        expected = try container.servers(.expected)
        judged = try container.servers(.judged)
        missing = try container.servers(.missing)
        maintenance = try container.servers(.maintenance)
        failing = try container.servers(.failing)
    }
}

extension LabelCount {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        value = try container.decode(String.self, forKey: .value)
        servers = try container.servers(.servers)
    }
}

extension ReporterCount {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        agentVersion = try container.decodeIfPresent(String.self, forKey: .agentVersion)
        relay = try container.decodeIfPresent(String.self, forKey: .relay)
        servers = try container.servers(.servers)
        silent = try container.servers(.silent)
    }
}

extension RackIncidentBrief {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(UInt32.self, forKey: .number)
        kind = try container.decode(IncidentKind.self, forKey: .kind)
        severity = try container.decode(Severity.self, forKey: .severity)
        phase = try container.decode(Incident.Phase.self, forKey: .phase)
        since = try container.decode(Timestamp.self, forKey: .since)
        cause = try container.decodeIfPresent(IncidentCause.self, forKey: .cause)
        candidates = try container.decode([CauseCandidate].self, forKey: .candidates)
        summary = try container.decode(String.self, forKey: .summary)
        serversAffected = try container.servers(.serversAffected)
        serversTotal = try container.servers(.serversTotal)
        mutes = try container.decode([MuteEntry].self, forKey: .mutes)
    }
}

extension KeyedDecodingContainer {
    /// A number of servers: two bytes hold more than a rack ever has.
    fileprivate func servers(_ key: Key) throws -> Int {
        Int(try decode(UInt16.self, forKey: key))
    }

    fileprivate func check(_ count: Int, atMost max: Int, forKey key: Key) throws {
        guard count <= max else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self,
                debugDescription: "wanted at most \(max) items, found \(count)")
        }
    }
}
