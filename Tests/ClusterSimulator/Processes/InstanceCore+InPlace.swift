import TwinCore
import TwinRuntime

// Questions to a core where it lies, inside an object. All of these change nothing and are
// `mutating` all the same: to ask anything else through a field of an object Swift copies the whole
// value, which for a core is some hundred reference counts, and that in every turn.

extension TurnCycle {
    mutating func askInPlace<Answer>(
        _ question: (inout InstanceCore<Service>) -> Answer
    ) -> Answer { question(&core) }

    mutating func isFullInPlace() -> Bool { isFull }

    mutating func isCommittingInPlace() -> Bool { inFlight != nil }
}

extension InstanceCore {
    mutating func identityToStoreInPlace() -> MemberIdentity? { identityToStore }

    /// The highest position of each served shard, by index.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    mutating func positionsInPlace() -> [(shard: UInt16, epoch: Epoch, position: Position)] {
        var positions: [(shard: UInt16, epoch: Epoch, position: Position)] = []
        positions.reserveCapacity(shards.count)
        for index in shards.indices {
            guard let glance = shards[index]?.glance() else { continue }
            positions.append((UInt16(index), glance.epoch, glance.position))
        }
        return positions
    }

    /// What each served shard sees, by the shard's own time.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    mutating func sightsInPlace()
        -> [(shard: UInt16, isObserving: Bool, floor: Elapsed, elapsed: Elapsed)]
    {
        var sights: [(shard: UInt16, isObserving: Bool, floor: Elapsed, elapsed: Elapsed)] = []
        for index in shards.indices {
            guard let glance = shards[index]?.glance() else { continue }
            let elapsed = Elapsed(milliseconds: (time.running + glance.elapsedOffset).rawValue)
            sights.append((UInt16(index), glance.isObserving, glance.floor, elapsed))
        }
        return sights
    }

    /// A twin that wanted to be woken more than `slack` ago, with how long ago.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    mutating func overdueInPlace(
        by slack: Milliseconds
    ) -> (twin: String, milliseconds: Int64)? {
        for index in shards.indices {
            guard let glance = shards[index]?.glance() else { continue }
            let now = Elapsed(milliseconds: (time.running + glance.elapsedOffset).rawValue)
            for slot in 0..<(shards[index]?.slots.count ?? 0) {
                guard let due = shards[index]?.slots[slot].twin?.nextDueInPlace(),
                    due + slack < now
                else { continue }
                let twin = shards[index]?.slots[slot].twin?.book.address.description
                return (twin ?? "", (now - due).rawValue)
            }
        }
        return nil
    }

    /// The present twin of a key; nil when the shard is not served here or has none.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    @specialized(where Service == DatacenterService)
    mutating func twinInPlace(_ key: TwinKey, in shard: Int) -> Twin? {
        guard shard < shards.count, let slot = shards[shard]?.findInPlace(key) else { return nil }
        return shards[shard]?.slots[slot].twin
    }
}

extension InstanceCore where Service.Twin: ChildTwin {
    /// What the present twin of a key owes; nil when the shard is not served here or has none.
    @specialized(where Service == ServerService)
    @specialized(where Service == RackService)
    mutating func debtInPlace(_ key: TwinKey, in shard: Int) -> ChildDebt? {
        guard shard < shards.count, let slot = shards[shard]?.findInPlace(key) else { return nil }
        return shards[shard]?.slots[slot].twin?.debtInPlace()
    }
}

extension InstanceCore where Service == ServerService {
    /// A glance at each twin of the shards that nobody was asked for yet.
    mutating func glancesInPlace(at isSeen: inout [Bool]) -> [ServerGlance] {
        var glances: [ServerGlance] = []
        for index in shards.indices where !isSeen[index] && shards[index]?.glance() != nil {
            isSeen[index] = true
            for slot in 0..<(shards[index]?.slots.count ?? 0) {
                if let glance = shards[index]?.slots[slot].twin?.glanceInPlace() {
                    glances.append(glance)
                }
            }
        }
        return glances
    }
}

extension ShardTwin {
    fileprivate mutating func nextDueInPlace() -> Elapsed? { nextDue }
}

extension ChildTwin {
    fileprivate mutating func debtInPlace() -> ChildDebt {
        ChildDebt(version: version, parents: owedParents)
    }
}

extension ServerTwin {
    /// nil for one that the workload does not know.
    fileprivate mutating func glanceInPlace() -> ServerGlance? {
        guard let server = Workload.server(of: key) else { return nil }
        return ServerGlance(
            server: server, statusWord: statusWord, returnedAt: continuity.returnedAt)
    }
}
