/// Parents whose children have not yet said that they applied the present fold sets.
///
/// Each is told again with a back-off of 0.2 → 10 s until its children's statuses name the set.
/// Derived: `ParentTwin.owedChildren` says whether anything is left.
package struct FoldDebts: Sendable {
    /// One parent twin that may owe.
    package struct Parent: Sendable, Equatable {
        package let shard: UInt16
        package let ordinal: UInt32
        /// The version of the newest fold set among its children.
        let newest: Version
        var notBefore: Int64
        var backoff: Milliseconds
    }

    /// Ascending by shard, then ordinal.
    private var parents: [Parent] = []

    package init() {}

    package var count: Int { parents.count }

    /// A parent owes something. What is new, a fold set of `version` that no earlier call named,
    /// is told at once and repeated from the shortest back-off on; the rest waits its time.
    package mutating func owe(
        shard: UInt16, ordinal: UInt32, version: Version, at now: Int64
    ) {
        let parent = Parent(
            shard: shard, ordinal: ordinal, newest: version, notBefore: now,
            backoff: Limits.retryBackoffMin)
        let index = parents.firstIndex {
            ($0.shard, $0.ordinal) >= (shard, ordinal)
        }
        guard let index else { return parents.append(parent) }
        if parents[index].shard == shard, parents[index].ordinal == ordinal {
            if version > parents[index].newest { parents[index] = parent }
            return
        }
        parents.insert(parent, at: index)
    }

    /// The parents that are due now, each with its next time already set.
    package mutating func due(at now: Int64) -> [Parent] {
        var due: [Parent] = []
        for index in parents.indices where parents[index].notBefore <= now {
            due.append(parents[index])
            parents[index].notBefore = now + parents[index].backoff.rawValue
            parents[index].backoff = min(2 * parents[index].backoff, Limits.retryBackoffMax)
        }
        return due
    }

    /// Nothing is left to tell.
    package mutating func settle(_ parent: Parent) {
        parents.removeAll { $0.shard == parent.shard && $0.ordinal == parent.ordinal }
    }
}
