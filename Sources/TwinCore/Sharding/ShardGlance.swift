/// What every turn asks of every shard, in numbers alone: nothing of it counts references.
package struct ShardGlance: Sendable {
    package let epoch: Epoch
    package let position: Position
    package let elapsedOffset: Milliseconds
    package let isObserving: Bool
    /// Silence counts from here.
    package let floor: Elapsed
    /// Some shard of the tier below has not told its children yet.
    package let awaitsAudits: Bool
    /// When the next timer may be due, in milliseconds of the shard's elapsed; nil = none is armed.
    package let nextTimer: Int64?
    package let twinCount: Int
    /// Some twin's row is behind, or its tombstone is not written.
    package let hasUnsavedTwins: Bool
    /// The journal record from which on the row that is longest behind is needed; nil = none is.
    package let oldestDirtyRecord: UInt64?
}

extension Shard {
    /// The shard's numbers, read where it lies; changes nothing (see `ShardTwin.wants`).
    ///
    /// To read one field through an array of shards Swift copies the whole shard, some fifty
    /// reference counts; with 256 shards that is more than all the work of a turn.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package mutating func glance() -> ShardGlance {
        ShardGlance(
            epoch: epoch, position: position, elapsedOffset: elapsedOffset,
            isObserving: conditions.isObserving, floor: conditions.floor,
            awaitsAudits: !conditions.awaitedChildShards.isEmpty, nextTimer: timers.earliest,
            twinCount: twinCount, hasUnsavedTwins: dirty.first != nil || !removed.isEmpty,
            oldestDirtyRecord: dirty.first?.record)
    }

    /// Whether exactly these child shards are unheard, as far as the shard knows. Changes nothing.
    @specialized(where Twin == RackTwin)
    @specialized(where Twin == DatacenterTwin)
    package mutating func knowsUnheard(_ shards: ShardSet) -> Bool {
        conditions.unheardChildShards == shards
    }
}
