/// When an instance tells each parent instance the whole list of its children, and how far each
/// list has come.
///
/// Every five minutes, and at once when the parent instance asks. One list is in flight per parent
/// instance, and one part of it: the next part goes when the one before was answered. A part that
/// was refused or not answered in time ends its list; a new one begins after a back-off of
/// 0.2 → 10 s, so that no parent ever takes half a shard's children for all.
/// Pure: time is monotonic milliseconds, request ids come from outside. Bounded by the parent
/// instances and, for a list whose last part cut a shard, by that shard's children.
package struct AuditSchedule: Sendable {
    /// A list on its way to one parent instance.
    package struct List: Sendable {
        /// Grows with every list of this process, whoever gets it.
        package let number: UInt64
        /// The number of the next part.
        package fileprivate(set) var part = 0
        /// The next shard whose children are to be named.
        package var nextShard = 0
        /// What the last part left over of a shard.
        package var rest: ShardChildren?
        /// True once the part that is on its way ends the list.
        package var isLast = false
        fileprivate var inFlight: (requestID: UInt64, sentAt: Int64)?
    }

    private struct Channel: Sendable {
        let instance: InstanceName
        /// The parent shards that the instance owns: what its list covers.
        let parents: ShardSet
        /// When the next list begins, unless one is on its way.
        var due: Int64
        var backoff = Limits.retryBackoffMin
        var list: List?
        /// The instance asked while a list was on its way: another one follows at once.
        var isAskedAgain = false
    }

    /// Ascending by instance name.
    private var channels: [Channel] = []
    private var lastNumber: UInt64 = 0
    /// Higher epochs of parent shards that not all own shards know of yet; each shard once.
    private var epochs = ShardEpochs()

    package init() {}

    /// True while some list is on its way.
    package var isBusy: Bool { channels.contains { $0.list != nil } }

    /// Follows a placement: the parent instances, ascending, and the parent shards of each. A new
    /// one gets its first list after the usual time; a list whose shards have changed is given up.
    package mutating func follow(_ parents: [(InstanceName, ShardSet)], at now: Int64) {
        channels = parents.map { instance, shards in
            guard let old = channels.first(where: { $0.instance == instance }) else {
                return Channel(
                    instance: instance, parents: shards, due: now + Limits.auditInterval.rawValue)
            }
            guard old.parents != shards else { return old }
            return Channel(
                instance: instance, parents: shards, due: old.list == nil ? old.due : now)
        }
    }

    /// A parent instance asked for a list; one that is no parent instance is ignored, it asks on.
    package mutating func asked(by instance: InstanceName, at now: Int64) {
        guard let index = channels.firstIndex(where: { $0.instance == instance }) else { return }
        if channels[index].list == nil {
            channels[index].due = now
        } else {
            channels[index].isAskedAgain = true
        }
    }

    /// Our own children are others than the parents heard of, after a restore: all are told.
    package mutating func tellAll(at now: Int64) {
        for index in channels.indices { asked(by: channels[index].instance, at: now) }
    }

    /// A list whose next part should be built and sent now; call until nil.
    /// - Returns: whom it is for, the parent shards it covers, and the list; given back by `sent`.
    package mutating func next(
        at now: Int64
    ) -> (instance: InstanceName, parents: ShardSet, list: List)? {
        for index in channels.indices {
            if channels[index].list == nil, channels[index].due <= now {
                lastNumber += 1
                channels[index].list = List(number: lastNumber)
            }
            guard let list = channels[index].list, list.inFlight == nil else { continue }
            return (channels[index].instance, channels[index].parents, list)
        }
        return nil
    }

    /// The next part of `list` is on its way under this request id.
    package mutating func sent(_ list: List, requestID: UInt64, at now: Int64) {
        guard let index = channels.firstIndex(where: { $0.list?.number == list.number }) else {
            return
        }
        channels[index].list = list
        channels[index].list?.part += 1
        channels[index].list?.inFlight = (requestID, now)
    }

    /// Whether a part is on its way under this request id.
    package func isInFlight(_ requestID: UInt64) -> Bool {
        channels.contains { $0.list?.inFlight?.requestID == requestID }
    }

    /// The parent instance took the part: the next one may go, or the list is done.
    package mutating func answered(_ requestID: UInt64, at now: Int64) {
        guard let index = index(of: requestID) else { return }
        channels[index].list?.inFlight = nil
        guard channels[index].list?.isLast == true else { return }
        channels[index].list = nil
        channels[index].backoff = Limits.retryBackoffMin
        channels[index].due =
            channels[index].isAskedAgain ? now : now + Limits.auditInterval.rawValue
        channels[index].isAskedAgain = false
    }

    /// The part was refused: its list is given up and a new one begins after the back-off.
    package mutating func failed(_ requestID: UInt64, at now: Int64) {
        guard let index = index(of: requestID) else { return }
        abandon(index, at: now)
    }

    /// Gives up the lists whose part was not answered in time.
    package mutating func expire(at now: Int64) {
        for index in channels.indices {
            guard let sentAt = channels[index].list?.inFlight?.sentAt,
                now - sentAt >= Limits.auditPartPatience.rawValue
            else { continue }
            abandon(index, at: now)
        }
    }

    private mutating func abandon(_ index: Int, at now: Int64) {
        channels[index].list = nil
        channels[index].isAskedAgain = false
        channels[index].due = now + channels[index].backoff.rawValue
        channels[index].backoff = min(2 * channels[index].backoff, Limits.retryBackoffMax)
    }

    // MARK: epochs of parent shards

    /// A receipt came under a higher epoch of its parent shard.
    package mutating func heard(_ epoch: Epoch, of parentShard: UInt16) {
        epochs.note(epoch, of: parentShard)
    }

    /// The next higher epoch to tell the own shards; nil when all are told.
    package mutating func nextEpoch() -> (shard: UInt16, epoch: Epoch)? {
        epochs.popFirst().map { ($0.shard, $0.epoch) }
    }

    private func index(of requestID: UInt64) -> Int? {
        channels.firstIndex { $0.list?.inFlight?.requestID == requestID }
    }
}
