/// One shard on its way from one owner to another; part of the placement, so that everybody whom
/// it concerns learns of it, also after a restart.
///
/// Intended until the owner has released the shard: then it can still be given up, and the owner
/// serves on. Released, nobody serves it until the new owner says that it does.
package struct ShardMove: Equatable, Sendable, Codable {
    package let tier: Tier
    package let index: UInt16
    package let from: InstanceName
    package let to: InstanceName
    /// The epoch of the new owner.
    package let epoch: Epoch
    /// Tells this move from earlier ones of the same shard that were given up: the version of the
    /// placement that intended it.
    package let number: UInt64
    /// What the owner has released durably, as a digest of the exported state; nil = intended.
    package var releasedDigest: UInt64?

    package init(
        shard: ShardID, from: InstanceName, to: InstanceName, epoch: Epoch, number: UInt64,
        releasedDigest: UInt64? = nil
    ) {
        self.number = number
        tier = shard.tier
        index = shard.index
        self.from = from
        self.to = to
        self.epoch = epoch
        self.releasedDigest = releasedDigest
    }

    package var shard: ShardID { ShardID(tier: tier, index: index) }
}

/// A shard that an instance has given away durably and whose new owner it has not seen serve.
package struct ReleasedShard: Equatable, Sendable, Codable {
    package let index: UInt16
    package let to: InstanceName
    /// The epoch of the new owner.
    package let epoch: Epoch
    package let digest: UInt64

    package init(index: UInt16, to: InstanceName, epoch: Epoch, digest: UInt64) {
        self.index = index
        self.to = to
        self.epoch = epoch
        self.digest = digest
    }
}

/// What the broker tells the owner of a moving shard when the new owner is gone: what went there is
/// lost, so an owner that has not released the shard serves on at once.
///
/// Who does not get it serves on after `Limits.freezeMax`.
package struct ThawOrder: Equatable, Sendable, Codable {
    package let index: UInt16
    /// The move's.
    package let number: UInt64
    /// Why, as a sentence for the log.
    package let reason: String

    package init(index: UInt16, number: UInt64, reason: String) {
        self.index = index
        self.number = number
        self.reason = reason
    }
}

/// What an instance tells the broker of a move that it takes part in; repeated until the placement
/// shows it.
package struct MoveReport: Equatable, Sendable, Codable {
    package enum Step: String, Equatable, Sendable, Codable {
        /// The owner has copied all but the newest changes: messages may be held now.
        case ready
        /// The owner has released the shard durably.
        case released
        /// The new owner holds the shard durably and serves it.
        case active
        /// The owner serves on.
        case aborted
    }

    package let index: UInt16
    package let to: InstanceName
    package let epoch: Epoch
    /// The move's; 0 where any move to this epoch is meant.
    package let number: UInt64
    package let step: Step
    /// Of the exported state; with `released`.
    package let digest: UInt64?
    /// Why; with `aborted`.
    package let reason: String?

    package init(
        index: UInt16, to: InstanceName, epoch: Epoch, number: UInt64, step: Step,
        digest: UInt64? = nil, reason: String? = nil
    ) {
        self.number = number
        self.index = index
        self.to = to
        self.epoch = epoch
        self.step = step
        self.digest = digest
        self.reason = reason
    }
}

/// The marker that the broker sends down the owner's pipe: what came before it was for the owner,
/// what follows for this shard waits at the broker.
package struct FreezeOrder: Equatable, Sendable, Codable {
    package let index: UInt16
    /// The move's.
    package let number: UInt64

    package init(index: UInt16, number: UInt64) {
        self.index = index
        self.number = number
    }
}
