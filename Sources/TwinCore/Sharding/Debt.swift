/// One thing a child has not yet been receipted: its present status at one parent.
///
/// Derived from twin state, never stored: `ChildTwin.owedParents` says whether it still holds.
package struct Debt: Hashable, Sendable {
    package let shard: UInt16
    package let ordinal: UInt32
    package let parent: TwinKey

    package init(shard: UInt16, ordinal: UInt32, parent: TwinKey) {
        self.shard = shard
        self.ordinal = ordinal
        self.parent = parent
    }
}
