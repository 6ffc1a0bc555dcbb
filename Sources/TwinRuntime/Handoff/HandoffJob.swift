package import TwinStore

/// What the rows are to do for a move, in the order it was asked for.
package enum HandoffJob: Sendable {
    /// Save a part of a copy; with its last part make all of it durable.
    case save(CandidateRows)
    /// Remove a copy that is of no use, or a shard that was given away.
    case discard(shard: UInt16)
}

/// What became of it.
package struct HandoffSaved: Equatable, Sendable {
    package let shard: UInt16
    /// Whose part it was, and which.
    package let move: UInt64
    package let part: Int
    /// The copy is whole and durable.
    package let isWhole: Bool
}
