// Questions about one child twin, asked where it lies. All of these change nothing; see
// `ShardTwin.wants` for why they are `mutating`.

extension ChildTwin {
    /// Like `wants()` in place, and so `mutating` without a change.
    mutating func isSettledInPlace(by receipt: Receipt) -> Bool { isSettled(by: receipt) }

    mutating func owedInPlace() -> (ordinal: UInt32, parents: [TwinKey]) {
        (ordinal, owedParents)
    }

    mutating func messageInPlace(for parent: TwinKey) -> ChildMessage<Status> {
        message(for: parent)
    }
}

extension Shard where Twin: ChildTwin {
    /// The ordinal of the twin in `slot` when the receipt would change something.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    package mutating func unsettledOrdinal(slot: Int, by receipt: Receipt) -> UInt32? {
        guard slots[slot].twin?.isSettledInPlace(by: receipt) == false else { return nil }
        return slots[slot].twin?.ordinal
    }

    /// Whether a twin has not been receipted what `parent` should hold.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    package mutating func owes(_ ordinal: UInt32, to parent: TwinKey) -> Bool {
        guard let slot = slotOfOrdinal[ordinal] else { return false }
        return slots[slot].twin?.owedInPlace().parents.contains(parent) ?? false
    }

    /// Which parents have not been receipted what they should hold of the twin in `slot`.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    package mutating func owed(slot: Int) -> (ordinal: UInt32, parents: [TwinKey])? {
        slots[slot].twin?.owedInPlace()
    }

    /// What `parent` should hold of a twin; nil when the twin is gone.
    @specialized(where Twin == ServerTwin)
    @specialized(where Twin == RackTwin)
    package mutating func message(
        of ordinal: UInt32, for parent: TwinKey
    ) -> ChildMessage<Twin.Status>? {
        guard let slot = slotOfOrdinal[ordinal] else { return nil }
        return slots[slot].twin?.messageInPlace(for: parent)
    }
}
