package import TwinCore

/// What the shard knows beside its twin: who answers, from which moment and position.
package struct DocumentContext: Sendable {
    package let owner: OwnerDocument
    package let asOf: Timestamp
    package let position: Position
    /// Whose the shards below are; nil = nobody knows.
    package let placement: Placement?

    package init(
        owner: OwnerDocument, asOf: Timestamp, position: Position, placement: Placement? = nil
    ) {
        self.owner = owner
        self.asOf = asOf
        self.position = position
        self.placement = placement
    }
}
