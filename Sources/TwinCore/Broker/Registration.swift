/// One shard that an instance says it holds durably, at which epoch.
package struct OwnedShard: Hashable, Sendable, Codable {
    package let index: UInt16
    package let epoch: Epoch

    package init(index: UInt16, epoch: Epoch) {
        self.index = index
        self.epoch = epoch
    }
}

/// How an instance introduces itself to the broker, at start and after every reconnect.
package struct Registration: Equatable, Sendable, Codable {
    package var tier: Tier
    package var instance: InstanceName
    /// nil: this instance belongs to no cluster yet.
    package var clusterId: String?
    /// The start number in the instance's identity file; 0 = never registered.
    package var startNumber: UInt64
    /// Drawn by the process at its start: tells a reconnect from a second process.
    package var processNonce: UInt64
    package var protocolVersion: Int
    package var softwareVersion: String
    package var owned: [OwnedShard]
    /// Shards given away whose new owner the instance has not seen serve; nil = none.
    package var released: [ReleasedShard]?
    /// The state came from a backup: the broker answers with epochs above its own.
    package var isRestored: Bool
    /// Bytes the instance is ready to take since this registration.
    package var credit: UInt64

    package init(
        tier: Tier, instance: InstanceName, clusterId: String?, startNumber: UInt64,
        processNonce: UInt64, protocolVersion: Int, softwareVersion: String, owned: [OwnedShard],
        released: [ReleasedShard]? = nil, isRestored: Bool, credit: UInt64
    ) {
        self.released = released
        self.tier = tier
        self.instance = instance
        self.clusterId = clusterId
        self.startNumber = startNumber
        self.processNonce = processNonce
        self.protocolVersion = protocolVersion
        self.softwareVersion = softwareVersion
        self.owned = owned
        self.isRestored = isRestored
        self.credit = credit
    }
}

/// The broker's answer to a registration.
package struct RegistrationGrant: Equatable, Sendable, Codable {
    package var clusterId: String
    /// The instance stores this number before its first beat carries it.
    package var startNumber: UInt64
    package var configuration: ClusterConfiguration
    package var placement: Placement
    /// Drawn by the broker at its start: a new value means a new broker process.
    package var brokerNonce: UInt64
    /// Bytes that the broker has sent over this connection before; nil = none, or it does not say.
    package var forwarded: UInt64?
    /// Names this connection among all that a broker ever had; beats carry it with their credit.
    package var connection: UInt64?

    package init(
        clusterId: String, startNumber: UInt64, configuration: ClusterConfiguration,
        placement: Placement, brokerNonce: UInt64, forwarded: UInt64? = nil,
        connection: UInt64? = nil
    ) {
        self.connection = connection
        self.forwarded = forwarded
        self.clusterId = clusterId
        self.startNumber = startNumber
        self.configuration = configuration
        self.placement = placement
        self.brokerNonce = brokerNonce
    }
}
