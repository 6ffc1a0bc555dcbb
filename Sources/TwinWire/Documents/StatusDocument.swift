package import TwinCore

/// The answer to `status`: is the data center healthy, and are we.
package struct StatusDocument: AnswerDocument {
    package struct Cluster: Codable, Equatable, Sendable {
        package var id: String
        package var `protocol`: Int
        package var upSeconds: Double
        package var shards: ShardCounts

        package init(
            id: String, `protocol`: Int, upSeconds: Double, shards: ShardCounts
        ) {
            self.id = id
            self.protocol = `protocol`
            self.upSeconds = upSeconds
            self.shards = shards
        }
    }

    package struct Datacenter: Codable, Equatable, Sendable {
        package var key: String
        package var verdict: Verdict
        package var healthy: Bool
        @Null package var since: RFC3339?
        /// Which part of its picture is old, and since when; null while it is of now.
        @Null package var staleness: StalenessDocument?
        package var counts: CountsDocument

        package init(
            key: String, verdict: Verdict, healthy: Bool, since: RFC3339? = nil,
            staleness: StalenessDocument? = nil, counts: CountsDocument
        ) {
            self.key = key
            self.verdict = verdict
            self.healthy = healthy
            self.since = since
            self.staleness = staleness
            self.counts = counts
        }
    }

    /// One of our own processes as its last beat described it.
    package struct Process: Codable, Equatable, Sendable {
        /// `ok` until three seconds without a beat (`suspect`) or ten (`lost`).
        package enum State: String, Codable, Sendable {
            case ok, suspect, lost, recovering, stopping
        }

        package var name: String
        /// Null for the broker.
        @Null package var tier: Tier?
        package var state: State
        package var since: RFC3339
        package var version: String
        @Null package var shards: Int?
        /// True from the word to drain it until it has started anew; null for the broker.
        @Null package var draining: Bool?
        @Null package var twins: Int?
        @Null package var inputsPerSecond: Double?
        @Null package var commitSecondsP99: Double?
        @Null package var statusesOwed: Int?
        @Null package var lagSeconds: Double?
        @Null package var journalBytes: UInt64?
        @Null package var diskFreeBytes: UInt64?
        @Null package var residentBytes: UInt64?

        package init(
            name: String, tier: Tier? = nil, state: State, since: RFC3339, version: String,
            shards: Int? = nil, draining: Bool? = nil, twins: Int? = nil,
            inputsPerSecond: Double? = nil, commitSecondsP99: Double? = nil,
            statusesOwed: Int? = nil, lagSeconds: Double? = nil, journalBytes: UInt64? = nil,
            diskFreeBytes: UInt64? = nil, residentBytes: UInt64? = nil
        ) {
            self.name = name
            self.tier = tier
            self.state = state
            self.since = since
            self.version = version
            self.shards = shards
            self.draining = draining
            self.twins = twins
            self.inputsPerSecond = inputsPerSecond
            self.commitSecondsP99 = commitSecondsP99
            self.statusesOwed = statusesOwed
            self.lagSeconds = lagSeconds
            self.journalBytes = journalBytes
            self.diskFreeBytes = diskFreeBytes
            self.residentBytes = residentBytes
        }
    }

    /// One shard on its way to another owner.
    package struct Move: Codable, Equatable, Sendable {
        package var shard: String
        package var from: String
        package var to: String
        /// `copying`: served by `from`; `held`: its messages wait; `released`: `to` has it.
        package var phase: String

        package init(shard: String, from: String, to: String, phase: String) {
            self.shard = shard
            self.from = from
            self.to = to
            self.phase = phase
        }
    }

    package var version: Int = DocumentFormat.version
    package var cluster: Cluster
    package var datacenters: [Datacenter]
    package var processes: [Process]
    /// Ascending by shard; null from a broker that knows no moves.
    @Null package var moves: [Move]?
    /// Refused reports and requests by code since the broker's start.
    package var refused: [String: UInt64]
    package var quarantined: Int
    /// Sentences about what needs an operator.
    package var warnings: [String]

    package init(
        cluster: Cluster, datacenters: [Datacenter], processes: [Process], moves: [Move]? = [],
        refused: [String: UInt64], quarantined: Int, warnings: [String]
    ) {
        self.cluster = cluster
        self.datacenters = datacenters
        self.processes = processes
        self.moves = moves
        self.refused = refused
        self.quarantined = quarantined
        self.warnings = warnings
    }
}

extension StatusDocument.Process {
    /// Whether its state needs nobody: it is ok, or it is away and nothing is missing for that.
    package var isWell: Bool {
        switch state {
        case .ok: true
        case .lost, .stopping: shards == 0
        case .suspect, .recovering: false
        }
    }

    /// A service as its last beat described it; the owned shards are the placement's.
    package init(
        name: InstanceName, tier: Tier, state: State, since: Timestamp, version: String,
        shards: Int, load: InstanceLoad
    ) {
        self.init(
            name: name.text, tier: tier, state: state, since: RFC3339(since), version: version,
            shards: shards, twins: load.twins, inputsPerSecond: load.inputsPerSecond,
            commitSecondsP99: load.commitSecondsP99, statusesOwed: load.statusesOwed,
            lagSeconds: load.lagSeconds, journalBytes: load.journalBytes,
            diskFreeBytes: load.diskFreeBytes, residentBytes: load.residentBytes)
    }
}
