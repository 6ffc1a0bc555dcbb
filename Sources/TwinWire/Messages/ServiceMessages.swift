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

/// Payload of `Audit`, one part of the list that a child instance sends each parent instance.
package struct AuditPart: Equatable, Sendable, Codable {
    /// One shard whose children the list names completely, as of this position.
    package struct Shard: Equatable, Sendable, Codable {
        package var index: UInt16
        package var epoch: Epoch
        package var position: Position

        package init(index: UInt16, epoch: Epoch, position: Position) {
            self.index = index
            self.epoch = epoch
            self.position = position
        }
    }

    /// One child that owes or has told `parent` this version.
    package struct Entry: Equatable, Sendable, Codable {
        package var child: TwinKey
        package var parent: TwinKey
        package var version: Version

        package init(child: TwinKey, parent: TwinKey, version: Version) {
            self.child = child
            self.parent = parent
            self.version = version
        }
    }

    package var audit: UInt64
    package var part: Int
    package var isLast: Bool
    package var shards: [Shard]
    package var entries: [Entry]

    package init(audit: UInt64, part: Int, isLast: Bool, shards: [Shard], entries: [Entry]) {
        self.audit = audit
        self.part = part
        self.isLast = isLast
        self.shards = shards
        self.entries = entries
    }
}
