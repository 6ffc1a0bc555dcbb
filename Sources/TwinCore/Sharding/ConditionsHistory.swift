/// A shard's conditions at the journal records that replay may still start from.
///
/// Replay steps a twin whose row is old under the conditions of that time; so the shard's row must
/// hold the conditions before the first record still needed, not the newest ones. Changes are rare,
/// the list is short.
package struct ConditionsHistory: Sendable {
    private struct Change: Sendable {
        var record: UInt64
        var position: Position
        var conditions: ShardConditions
    }

    private var base: Change
    private var changes: [Change] = []

    package init(position: Position, conditions: ShardConditions) {
        base = Change(record: 0, position: position, conditions: conditions)
    }

    package mutating func note(
        _ conditions: ShardConditions, at position: Position, record: UInt64
    ) {
        changes.append(Change(record: record, position: position, conditions: conditions))
    }

    /// True when the conditions changed before `record` since the last call of `conditions`.
    package func hasChanged(before record: UInt64) -> Bool {
        changes.first.map { $0.record < record } ?? false
    }

    /// The conditions before `record`, and the position up to which they hold; forgets older ones.
    package mutating func conditions(
        before record: UInt64
    ) -> (position: Position, conditions: ShardConditions) {
        while let change = changes.first, change.record < record {
            base = change
            changes.removeFirst()
        }
        return (base.position, base.conditions)
    }
}
