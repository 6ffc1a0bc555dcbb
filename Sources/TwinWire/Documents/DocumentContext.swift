package import TwinCore

/// What the shard knows beside its twin: who answers, from which moment and position.
package struct DocumentContext: Sendable {
    package let owner: OwnerDocument
    package let asOf: Timestamp
    package let position: Position

    package init(owner: OwnerDocument, asOf: Timestamp, position: Position) {
        self.owner = owner
        self.asOf = asOf
        self.position = position
    }
}
