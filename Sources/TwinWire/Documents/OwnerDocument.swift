package import TwinCore

/// Who answers for a twin: the owner of its shard.
package struct OwnerDocument: Codable, Equatable, Sendable {
    package var instance: String
    /// The shard's index in its tier.
    package var shard: Int
    package var epoch: UInt32

    package init(instance: String, shard: Int, epoch: UInt32) {
        self.instance = instance
        self.shard = shard
        self.epoch = epoch
    }

    package init(instance: InstanceName, shard: ShardID, epoch: Epoch) {
        self.init(instance: instance.text, shard: Int(shard.index), epoch: epoch.rawValue)
    }
}
