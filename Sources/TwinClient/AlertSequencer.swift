package import TwinCore
package import TwinWire

/// Puts the records of many instances into one sequence: no record twice, each shard in its own
/// order, shards merged by time.
///
/// Pure. Records wait for `reorderMilliseconds`, so that those of one moment from several
/// instances stand in the order of their times; the order within a shard never depends on it, and
/// so two readers see the same sequence per shard whatever the network does.
package struct AlertSequencer: Sendable {
    /// Where a record stands among all: by time, then by tier, shard, epoch and sequence. Times
    /// never step back within a shard here, whatever the wall clock did.
    private struct Rank: Comparable, Sendable {
        let milliseconds: Int64
        let id: AlertID

        static func < (left: Rank, right: Rank) -> Bool {
            guard left.milliseconds == right.milliseconds else {
                return left.milliseconds < right.milliseconds
            }
            return (left.id.shard, left.id.epoch, left.id.sequence)
                < (right.id.shard, right.id.epoch, right.id.sequence)
        }
    }

    private struct Waiting: Sendable {
        let rank: Rank
        let arrivedMilliseconds: Int64
        let alert: AlertDocument
    }

    private let reorderMilliseconds: Int64
    private var waiting: [Waiting] = []
    private var isSorted = true
    private var latestByShard: [ShardID: Int64] = [:]

    /// Everything taken: what instances are asked with.
    package private(set) var taken: ReaderCursor
    /// Everything released: what a reader may keep.
    package private(set) var released: ReaderCursor

    package init(from cursor: ReaderCursor, reorderMilliseconds: Int64) {
        taken = cursor
        released = cursor
        self.reorderMilliseconds = reorderMilliseconds
    }

    /// Takes one instance's page; records already taken are left out. Throws what is wrong with a
    /// record's id.
    package mutating func take(_ page: AlertsPage, nowMilliseconds: Int64) throws(AddressError) {
        for alert in page.alerts {
            let id = try AlertID(alert.id)
            guard !taken.covers(id) else { continue }
            let shard = id.shard
            let time = max(
                alert.at.timestamp.milliseconds, latestByShard[shard] ?? .min)
            latestByShard[shard] = time
            taken.advance(shard.tier, to: AlertCursor.Place(id))
            waiting.append(
                Waiting(
                    rank: Rank(milliseconds: time, id: id),
                    arrivedMilliseconds: nowMilliseconds, alert: alert))
            isSorted = false
        }
        for place in page.cursor.places { taken.advance(page.tier, to: place) }
        if waiting.isEmpty { released = taken }
    }

    /// When the next record is due; nil = none waits.
    package var dueMilliseconds: Int64? {
        waiting.map(\.arrivedMilliseconds).min().map { $0 + reorderMilliseconds }
    }

    /// The records whose time has come, in order.
    package mutating func release(nowMilliseconds: Int64) -> [AlertDocument] {
        let isMature = { (entry: Waiting) in
            entry.arrivedMilliseconds + reorderMilliseconds <= nowMilliseconds
        }
        guard waiting.contains(where: isMature) else { return [] }
        sort()
        // What stands before a mature record goes out with it.
        let count = (waiting.lastIndex(where: isMature) ?? -1) + 1
        return release(count: count)
    }

    /// All records, in order: the end of a history.
    package mutating func releaseAll() -> [AlertDocument] {
        sort()
        return release(count: waiting.count)
    }

    private mutating func sort() {
        guard !isSorted else { return }
        waiting.sort { $0.rank < $1.rank }
        isSorted = true
    }

    private mutating func release(count: Int) -> [AlertDocument] {
        for entry in waiting.prefix(count) {
            released.advance(entry.rank.id.shard.tier, to: AlertCursor.Place(entry.rank.id))
        }
        let alerts = waiting.prefix(count).map(\.alert)
        waiting.removeFirst(count)
        if waiting.isEmpty { released = taken }
        return alerts
    }
}

extension AlertCursor.Place {
    package init(_ id: AlertID) {
        self.init(shard: id.shard.index, epoch: id.epoch, sequence: id.sequence)
    }
}
