/// What an instance tells the broker every second; carries nothing a twin computed.
package struct Beat: Equatable, Sendable, Codable {
    package var number: UInt64
    package var tier: Tier
    package var instance: InstanceName
    package var startNumber: UInt64
    /// Bytes the instance is ready to take over its connection, absolute.
    package var credit: UInt64
    /// The connection that they are counted on, as the broker has named it; nil = it does not say.
    package var connection: UInt64?
    /// Own shards that are blind now.
    package var blindShards: ShardSet
    /// Shards the instance holds durably; confirms births.
    package var owned: [OwnedShard]
    package var isStopping: Bool
    package var load: InstanceLoad

    package init(
        number: UInt64, tier: Tier, instance: InstanceName, startNumber: UInt64, credit: UInt64,
        connection: UInt64? = nil, blindShards: ShardSet, owned: [OwnedShard], isStopping: Bool,
        load: InstanceLoad
    ) {
        self.connection = connection
        self.number = number
        self.tier = tier
        self.instance = instance
        self.startNumber = startNumber
        self.credit = credit
        self.blindShards = blindShards
        self.owned = owned
        self.isStopping = isStopping
        self.load = load
    }
}

/// How an instance is doing, for `status`.
package struct InstanceLoad: Equatable, Sendable, Codable {
    package var twins = 0
    package var inputsPerSecond = 0.0
    package var commitSecondsP99 = 0.0
    package var statusesOwed = 0
    /// Age of the oldest uncommitted turn.
    package var oldestTurnMilliseconds: Int64 = 0
    package var lagSeconds = 0.0
    package var journalBytes: UInt64 = 0
    package var diskFreeBytes: UInt64 = 0
    package var residentBytes: UInt64 = 0
    /// Refusals since the start by code.
    package var refused: [String: UInt64] = [:]
    package var quarantined = 0
    package var warnings: [String] = []

    package init() {}
}

/// The broker's answer to a beat, by the same pipe that carries reports.
package struct BeatReply: Equatable, Sendable, Codable {
    /// The number of the beat it answers.
    package var number: UInt64
    package var brokerNonce: UInt64
    package var placementVersion: UInt64
    /// True while the broker has run for less than a few seconds, or was paused a moment ago.
    package var isYoung: Bool
    /// True when the broker has not emptied its client socket for 2 s.
    package var isBehind: Bool
    /// Messages refused or dropped toward this instance since its previous beat.
    package var dropped: UInt64
    /// Shards of the tiers below the instance's own without a present owner, or blind.
    package var unheardServerShards: ShardSet
    package var unheardRackShards: ShardSet
    /// Bytes that the broker has sent over this connection before this answer: what the instance
    /// must have taken. nil = the broker does not say.
    package var forwarded: UInt64?
    /// That connection: whatever the instance took it for, this is the one that it beats over.
    package var connection: UInt64?

    package init(
        number: UInt64, brokerNonce: UInt64, placementVersion: UInt64, isYoung: Bool,
        isBehind: Bool, dropped: UInt64, unheardServerShards: ShardSet,
        unheardRackShards: ShardSet, forwarded: UInt64? = nil, connection: UInt64? = nil
    ) {
        self.connection = connection
        self.forwarded = forwarded
        self.number = number
        self.brokerNonce = brokerNonce
        self.placementVersion = placementVersion
        self.isYoung = isYoung
        self.isBehind = isBehind
        self.dropped = dropped
        self.unheardServerShards = unheardServerShards
        self.unheardRackShards = unheardRackShards
    }
}
