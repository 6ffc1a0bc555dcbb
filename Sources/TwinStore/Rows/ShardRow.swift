package import TwinCore

/// The durable state of one shard beside its twins: times, metric sets, members of ownership.
package struct ShardRow: Sendable, Equatable {
    /// Index of the shard within the instance's tier.
    package let shard: UInt16
    package let epoch: Epoch
    /// The last input that `state` reflects.
    package let position: Position
    /// Opaque bytes.
    package let state: [UInt8]
    package let custody: ShardCustody

    package init(
        shard: UInt16, epoch: Epoch, position: Position, state: [UInt8],
        custody: ShardCustody = .owned
    ) {
        self.custody = custody
        self.shard = shard
        self.epoch = epoch
        self.position = position
        self.state = state
    }
}
