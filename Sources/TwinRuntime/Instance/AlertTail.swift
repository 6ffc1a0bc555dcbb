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
    private var closed: Set<UInt16> = []
    /// Grows with every change of what readers may find: who found nothing finds nothing until
    /// then.
    private(set) var revision: UInt64 = 0

    package init() {}

    /// Tells where the rows of a shard end, at recovery.
    package mutating func begin(shard: UInt16, after place: Place) {
        before[shard] = place
        closed.remove(shard)
        revision += 1
    }

    /// A shard is not served here any more: nobody reads its records.
    package mutating func close(shard: UInt16) {
        closed.insert(shard)
        revision += 1
    }

    /// The shard is served here again, from the same rows.
    package mutating func open(shard: UInt16) {
        closed.remove(shard)
        revision += 1
    }

    /// The records of one shard in memory after a place, at most `limit`.
    package func records(of shard: UInt16, after place: Place, limit: Int) -> [LoggedAlert] {
        var records: [LoggedAlert] = []
        for entry in entries where entry.alert.shard == shard && records.count < limit {
            let alert = entry.alert
            if Place(epoch: alert.epoch, sequence: alert.sequence) > place {
                records.append(alert)
            }
        }
        return records
    }

    package mutating func append(_ alert: LoggedAlert, journalRecord: UInt64) {
        entries.append(Entry(alert: alert, journalRecord: journalRecord))
        revision += 1
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
            let place = Place(epoch: entry.alert.epoch, sequence: entry.alert.sequence)
            // A shard that came back brought newer records in its rows than it left here.
            before[entry.alert.shard] = max(before[entry.alert.shard] ?? .none, place)
        }
        entries.removeFirst(surplus)
        savedCount -= surplus
        revision += 1
    }

    /// True for a record that the rows of its shard do not have.
    package func isBeyondRows(shard: UInt16, _ place: Place) -> Bool {
        place > (before[shard] ?? .none)
    }

    /// The last place of `shard` that is in the rows only, or was until retention removed it; nil
    /// when a reader at `place` needs nothing of them.
    package func rowsEnd(of shard: UInt16, after place: Place) -> Place? {
        before[shard].flatMap { place < $0 ? $0 : nil }
    }

    /// What a reader of memory gets.
    package struct Page: Sendable {
        package var records: [LoggedAlert] = []
        package var cursor: AlertCursor
        /// Records that were removed before this reader had them.
        package var gaps: [AlertGap] = []
        package var isComplete = true
    }

    /// The records after the cursor's places, oldest first, at most `limit`.
    package func records(after cursor: AlertCursor, since: Timestamp?, limit: Int) -> Page {
        var places: [UInt16: Place] = [:]
        for place in cursor.places {
            places[place.shard] = Place(epoch: place.epoch, sequence: place.sequence)
        }
        var held = Set(places.keys.filter { before[$0] == places[$0] })
        var page = Page(cursor: cursor)
        for entry in entries {
            let alert = entry.alert
            guard !closed.contains(alert.shard) else { continue }
            let place = Place(epoch: alert.epoch, sequence: alert.sequence)
            let last = places[alert.shard]
            guard place > last ?? .none else {
                if place == last { held.insert(alert.shard) }
                continue
            }
            guard page.records.count < limit else {
                page.isComplete = false
                return page
            }
            let isHeld = held.contains(alert.shard)
            let gap = last.flatMap {
                AlertGap(shard: alert.shard, from: $0, to: place, isHeld: isHeld)
            }
            if let gap { page.gaps.append(gap) }
            places[alert.shard] = place
            held.insert(alert.shard)
            page.cursor.advance(
                to: AlertCursor.Place(
                    shard: alert.shard, epoch: alert.epoch, sequence: alert.sequence))
            if let since, alert.at < since { continue }
            page.records.append(alert)
        }
        return page
    }
}
