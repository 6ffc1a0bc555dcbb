package import TwinCore

/// What an instance is to a shard whose rows it keeps.
package enum ShardCustody: Equatable, Sendable {
    /// It serves the shard.
    case owned
    /// It holds a whole copy, made by a move to it at this epoch, and serves it only once the
    /// owner has released exactly this copy.
    case candidate(epoch: Epoch, digest: UInt64)
    /// It has given the shard away and keeps the data until the new owner serves.
    case released(to: InstanceName, epoch: Epoch, digest: UInt64)

    /// The word in table `shard`.
    var word: String {
        switch self {
        case .owned: "owned"
        case .candidate: "candidate"
        case .released: "released"
        }
    }

    /// The new owner of a released shard.
    var movesTo: InstanceName? {
        if case .released(let to, _, _) = self { to } else { nil }
    }

    /// The epoch of the new owner.
    var movesAt: Epoch? {
        switch self {
        case .owned: nil
        case .candidate(let epoch, _), .released(_, let epoch, _): epoch
        }
    }

    var digest: UInt64? {
        switch self {
        case .owned: nil
        case .candidate(_, let digest), .released(_, _, let digest): digest
        }
    }
}
