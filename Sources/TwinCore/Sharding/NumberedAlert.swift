/// One record of the alert log: its place in the shard's order and its content.
package struct NumberedAlert: Equatable, Sendable {
    package let id: AlertID
    package let draft: AlertDraft

    package init(id: AlertID, draft: AlertDraft) {
        self.id = id
        self.draft = draft
    }
}

/// The name of one alert record, written `TIER#SHARD:EPOCH:SEQUENCE`; ordered within a shard.
package struct AlertID: Hashable, Sendable {
    package let shard: ShardID
    package let epoch: Epoch
    package let sequence: UInt64

    package init(shard: ShardID, epoch: Epoch, sequence: UInt64) {
        self.shard = shard
        self.epoch = epoch
        self.sequence = sequence
    }
}

extension AlertID: CustomStringConvertible {
    package var description: String { "\(shard):\(epoch):\(sequence)" }
}
