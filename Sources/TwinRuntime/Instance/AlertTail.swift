internal import Msgpack
package import TwinCore
package import TwinWire

/// The newest records of the alert log, in memory: what followers read without touching a disk.
///
/// A record leaves only after its row is written and while more than
/// `Limits.recentAlertsInMemory` are held, so memory and rows together have no hole.
package struct AlertTail: Sendable {
    private struct Entry: Sendable {
        var alert: LoggedAlert
        var journalRecord: UInt64
    }

    /// A place in one shard's order.
    package struct Place: Comparable, Sendable {
        package var epoch: Epoch
        package var sequence: UInt64

        package init(epoch: Epoch, sequence: UInt64) {
            self.epoch = epoch
            self.sequence = sequence
        }

        package static let none = Place(epoch: .none, sequence: 0)

        package static func < (left: Place, right: Place) -> Bool {
            (left.epoch, left.sequence) < (right.epoch, right.sequence)
        }
    }

    private var entries: [Entry] = []
    /// How many from the front are in the rows.
    private var savedCount = 0
    /// Per shard: everything after this place is in `entries`.
    private var before: [UInt16: Place] = [:]

    package init() {}

    /// Tells where the rows of a shard end, at recovery.
    package mutating func begin(shard: UInt16, after place: Place) { before[shard] = place }

    package mutating func append(_ alert: LoggedAlert, journalRecord: UInt64) {
        entries.append(Entry(alert: alert, journalRecord: journalRecord))
    }

    /// The oldest journal record whose alerts are in no row yet.
    package var oldestUnsavedRecord: UInt64? {
        savedCount < entries.count ? entries[savedCount].journalRecord : nil
    }

    /// The same once the next `count` records are saved.
    package func oldestUnsavedRecord(skipping count: Int) -> UInt64? {
        let index = savedCount + count
        return index < entries.count ? entries[index].journalRecord : nil
    }

    /// The next records to write to the rows, at most `limit`; `saved` confirms them.
    package func unsaved(limit: Int) -> [LoggedAlert] {
        entries[savedCount..<min(savedCount + limit, entries.count)].map(\.alert)
    }

    package mutating func saved(_ count: Int) {
        savedCount += count
        let surplus = min(savedCount, entries.count - Limits.recentAlertsInMemory)
        guard surplus > 0 else { return }
        for entry in entries[..<surplus] {
            before[entry.alert.shard] = Place(
                epoch: entry.alert.epoch, sequence: entry.alert.sequence)
        }
        entries.removeFirst(surplus)
        savedCount -= surplus
    }

    /// True for a record that the rows of its shard do not have.
    package func isBeyondRows(shard: UInt16, _ place: Place) -> Bool {
        place > (before[shard] ?? .none)
    }

    /// True when a reader at `place` of `shard` needs records that are only in the rows.
    package func needsRows(shard: UInt16, after place: Place) -> Bool {
        place < (before[shard] ?? .none)
    }

    /// The records after the cursor's places, oldest first, at most `limit`.
    package func records(
        after cursor: AlertCursor, since: Timestamp?, limit: Int, skipping: Set<UInt16>
    ) -> (records: [LoggedAlert], cursor: AlertCursor, isComplete: Bool) {
        var places: [UInt16: Place] = [:]
        for place in cursor.places {
            places[place.shard] = Place(epoch: place.epoch, sequence: place.sequence)
        }
        var next = cursor
        var records: [LoggedAlert] = []
        for entry in entries where !skipping.contains(entry.alert.shard) {
            let alert = entry.alert
            let place = Place(epoch: alert.epoch, sequence: alert.sequence)
            guard place > places[alert.shard] ?? .none else { continue }
            guard records.count < limit else { return (records, next, false) }
            next.advance(
                to: AlertCursor.Place(
                    shard: alert.shard, epoch: alert.epoch, sequence: alert.sequence))
            if let since, alert.at < since { continue }
            records.append(alert)
        }
        return (records, next, true)
    }
}
