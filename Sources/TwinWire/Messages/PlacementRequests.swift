package import TwinCore

/// Payload of `MoveShard`, to the broker: a shard, written `server#12`, and an instance.
package struct MoveShardRequest: Equatable, Sendable, Codable {
    package var shard: String
    package var to: InstanceName

    package init(shard: ShardID, to: InstanceName) {
        self.shard = shard.description
        self.to = to
    }

    /// The shard that the text names; throws `invalid`.
    package var id: ShardID { get throws(Refusal) { try ShardID(named: shard) } }
}

/// Payload of `Adopt`, to the broker: a shard, written `server#12`, an instance, and whether the
/// shard may begin empty there.
package struct AdoptRequest: Equatable, Sendable, Codable {
    package var shard: String
    package var to: InstanceName
    /// A person's consent that every twin of the shard may be gone; nil = not given.
    package var mayBeginEmpty: Bool?

    package init(shard: ShardID, to: InstanceName, mayBeginEmpty: Bool) {
        self.shard = shard.description
        self.to = to
        self.mayBeginEmpty = mayBeginEmpty
    }

    /// The shard that the text names; throws `invalid`.
    package var id: ShardID { get throws(Refusal) { try ShardID(named: shard) } }
}

extension ShardID {
    fileprivate init(named text: String) throws(Refusal) {
        do throws(AddressError) {
            guard case .shard(let shard) = try Destination(text) else {
                throw .wrongForm(found: text)
            }
            self = shard
        } catch {
            throw Refusal(.invalid, "shard: wanted TIER#SHARD, such as server#12", found: text)
        }
    }
}

/// Payload of `Drain`, to the broker: the instance to be emptied.
package struct DrainRequest: Equatable, Sendable, Codable {
    package var instance: InstanceName

    package init(instance: InstanceName) { self.instance = instance }
}

/// Payload of `Rebalance`, to the broker: the tier whose shards are to be spread evenly.
package struct RebalanceRequest: Equatable, Sendable, Codable {
    package var tier: Tier
    /// True: only tells what would move.
    package var dryRun: Bool

    package init(tier: Tier, dryRun: Bool) {
        self.tier = tier
        self.dryRun = dryRun
    }
}

/// The answer to `MoveShard`, `Adopt`, `Drain` and `Rebalance`: what moves or is about to.
package struct MovesDocument: AnswerDocument {
    package struct Move: Codable, Equatable, Sendable {
        package var shard: String
        package var from: String
        package var to: String

        package init(shard: String, from: String, to: String) {
            self.shard = shard
            self.from = from
            self.to = to
        }
    }

    package var version: Int = DocumentFormat.version
    /// False when everything was so already.
    package var changed: Bool
    /// Ascending by shard.
    package var moves: [Move]

    package init(changed: Bool, moves: [Move]) {
        self.changed = changed
        self.moves = moves
    }
}
