/// What replay does with a journalled input that ends the process whenever it is stepped.
extension Shard {
    /// The bytes of the key of the twin that an input would step; nil for an input of the shard
    /// itself and for a twin that is gone.
    package func keyBytes(of input: ShardInput<Twin.Input>) -> [UInt8]? {
        switch input {
        case .twin(let ordinal, _): slotOfOrdinal[ordinal].map { slots[$0].keyBytes }
        case .report(let report): slotOfOrdinal[report.ordinal].map { slots[$0].keyBytes }
        case .birth(let key, _, _, _): key.bytes
        case .observation, .configuration, .childShards, .sourceEpoch, .awaitedChildShards,
            .parentEpoch, .metricSet, .profile:
            nil
        }
    }

    /// Passes over an input of a twin as if it had changed nothing: its position is taken, and the
    /// twin's next row stands behind it, so that later replays do not come upon it again.
    package mutating func skip(
        _ input: ShardInput<Twin.Input>, at entryPosition: Position, record: UInt64
    ) {
        position = max(position, entryPosition)
        let ordinal: UInt32
        switch input {
        case .twin(let skipped, _): ordinal = skipped
        case .report(let report): ordinal = report.ordinal
        case .birth(_, let skipped, _, _):
            nextOrdinal = max(nextOrdinal, skipped + 1)
            return
        case .observation, .configuration, .childShards, .sourceEpoch, .awaitedChildShards,
            .parentEpoch, .metricSet, .profile:
            return
        }
        guard let slot = slotOfOrdinal[ordinal], slots[slot].position < entryPosition else {
            return
        }
        slots[slot].position = entryPosition
        guard slots[slot].dirtySince == nil else { return }
        slots[slot].dirtySince = record
        dirty.append(DirtyQueue.Entry(slot: slot, record: record, ordinal: ordinal))
    }
}
