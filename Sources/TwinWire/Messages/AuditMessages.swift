package import TwinCore

/// Payload of `Audit`: one part of the list that a child instance sends each parent instance.
///
/// A shard's children are named together, whole as of its position, before the next shard's. Parts
/// are at most `Limits.auditEntriesPerPartMax` entries; the next one goes when this one is
/// answered. The answer is a `ReceiptBatch` whose entries are `lacking`.
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

        package var asOf: Version { Version(epoch: epoch, position: position) }
    }

    /// One child that `parent` should list, and the version of its present status.
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

    /// The number of the list, and of this part of it from 0.
    package var audit: UInt64
    package var part: Int
    package var isLast: Bool
    /// The last shard of this part is the first of the next one: its list is not whole yet.
    package var isContinued: Bool
    /// The parent shards that the list is about; it says nothing of children of others.
    package var parents: ShardSet
    /// Shards of the child tier, each once, in the order of their entries.
    package var shards: [Shard]
    package var entries: [Entry]

    package init(
        audit: UInt64, part: Int, isLast: Bool = false, isContinued: Bool = false,
        parents: ShardSet, shards: [Shard] = [], entries: [Entry] = []
    ) {
        self.audit = audit
        self.part = part
        self.isLast = isLast
        self.isContinued = isContinued
        self.parents = parents
        self.shards = shards
        self.entries = entries
    }
}

/// Payload of `AskAudit`: a parent instance that does not know its whole picture wants the list.
package struct AuditAsk: Equatable, Sendable, Codable {
    package init() {}
}
