/// All that a server twin tells its rack, whole, under its version; at most
/// `Limits.serverStatusBytesMax` bytes.
package struct ServerStatus: Equatable, Sendable {
    /// The generation of the commission this status belongs to.
    package var generation: UInt64
    package var dc: TwinKey
    package var topology: Topology
    package var agentVersion: String?
    package var relay: String?
    package var interval: Milliseconds
    package var condition: ServerCondition
    /// When the condition began, by the wall clock of the server's owner; of a silence the time of
    /// the last report.
    package var conditionSince: Timestamp
    /// The server is in maintenance of its own; it leaves the rack's quorum.
    package var isInMaintenance: Bool
    /// What the last return from silence showed.
    package var continuity: Continuity
    package var incidents: [IncidentBrief]
    package var digest: Digest
    /// The parent's fold set this twin has applied; answers the rack's repeats.
    package var foldsVersion: Version

    package init(
        generation: UInt64, dc: TwinKey, topology: Topology, agentVersion: String?, relay: String?,
        interval: Milliseconds, condition: ServerCondition, conditionSince: Timestamp,
        isInMaintenance: Bool, continuity: Continuity, incidents: [IncidentBrief], digest: Digest,
        foldsVersion: Version
    ) {
        self.generation = generation
        self.dc = dc
        self.topology = topology
        self.agentVersion = agentVersion
        self.relay = relay
        self.interval = interval
        self.condition = condition
        self.conditionSince = conditionSince
        self.isInMaintenance = isInMaintenance
        self.continuity = continuity
        self.incidents = incidents
        self.digest = digest
        self.foldsVersion = foldsVersion
    }
}

extension ServerStatus {
    /// Has an incident of at least error that operators see.
    var isFailing: Bool { incidents.contains { $0.isShown && $0.severity >= .error } }
}

/// The labels that racks and data centers correlate by; nil = not given at commission.
package struct Topology: Equatable, Sendable, Codable {
    package var feed: String?
    package var zone: String?
    package var row: String?
    package var networkSwitch: String?
    package var model: String?

    package init(
        feed: String? = nil, zone: String? = nil, row: String? = nil,
        networkSwitch: String? = nil, model: String? = nil
    ) {
        self.feed = feed
        self.zone = zone
        self.row = row
        self.networkSwitch = networkSwitch
        self.model = model
    }

    /// Reads the well-known label names `feed zone row switch model`; `power_feed` and
    /// `cooling_zone` are accepted too.
    package init(labels: [TwinLabel]) {
        for label in labels {
            switch label.name {
            case "feed", "power_feed": feed = label.value
            case "zone", "cooling_zone": zone = label.value
            case "row": row = label.value
            case "switch": networkSwitch = label.value
            case "model": model = label.value
            default: break
            }
        }
    }
}

/// What a server's latest return from silence proved.
package struct Continuity: Equatable, Sendable, Codable {
    package enum Boot: UInt8, Sendable, Codable {
        /// No silence yet, or no uptime reported.
        case unknown = 0
        case same = 1
        case rebooted = 2
    }

    package var boot: Boot
    /// The reporter delivered reports it had buffered during the silence.
    package var isBuffered: Bool
    /// When the server was heard again after its latest silence; nil before the first.
    package var returnedAt: Timestamp?

    package init(boot: Boot = .unknown, isBuffered: Bool = false, returnedAt: Timestamp? = nil) {
        self.boot = boot
        self.isBuffered = isBuffered
        self.returnedAt = returnedAt
    }
}

/// One incident as a parent sees it: without evidence.
package struct IncidentBrief: Equatable, Sendable, Codable {
    package var number: UInt32
    package var kind: IncidentKind
    package var severity: Severity
    package var phase: Incident.Phase
    package var since: Timestamp

    package init(
        number: UInt32, kind: IncidentKind, severity: Severity, phase: Incident.Phase,
        since: Timestamp
    ) {
        self.number = number
        self.kind = kind
        self.severity = severity
        self.phase = phase
        self.since = since
    }
}

extension IncidentBrief {
    /// Operators see it: open or recovering.
    var isShown: Bool { phase == .open || phase == .recovering }
}
