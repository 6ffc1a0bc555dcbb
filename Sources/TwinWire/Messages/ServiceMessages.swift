package import TwinCore

/// Payload of `Statuses`, instance to instance: what children tell their parents.
package struct StatusBatch<Status: Codable & Sendable & Equatable>: Equatable, Sendable, Codable {
    /// One child's word to one parent.
    package struct Entry: Equatable, Sendable, Codable {
        /// The child's shard and the epoch its owner serves it at.
        package var shard: UInt16
        package var epoch: Epoch
        package var parent: TwinKey
        package var child: TwinKey
        package var version: Version
        /// nil = the child is no member of this parent.
        package var status: Status?

        package init(
            shard: UInt16, epoch: Epoch, parent: TwinKey, child: TwinKey, version: Version,
            status: Status?
        ) {
            self.shard = shard
            self.epoch = epoch
            self.parent = parent
            self.child = child
            self.version = version
            self.status = status
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }
}

/// Payload of `Receipts`: the answer to `Statuses`, or a parent's own word about its folds.
package struct ReceiptBatch: Equatable, Sendable, Codable {
    package struct Entry: Equatable, Sendable, Codable {
        /// The parent's shard and the epoch its owner serves it at.
        package var shard: UInt16
        package var epoch: Epoch
        package var child: TwinKey
        package var receipt: Receipt

        package init(shard: UInt16, epoch: Epoch, child: TwinKey, receipt: Receipt) {
            self.shard = shard
            self.epoch = epoch
            self.child = child
            self.receipt = receipt
        }
    }

    package var entries: [Entry]
    /// Entries of the answered batch that this instance does not own: to be sent again elsewhere.
    package var notOwned: Int

    package init(entries: [Entry], notOwned: Int = 0) {
        self.entries = entries
        self.notOwned = notOwned
    }
}
