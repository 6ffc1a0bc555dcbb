/// The twins of one shard whose rows are behind, in the order in which they became so.
///
/// First in, first out: the front names the oldest journal record that is still needed.
package struct DirtyQueue: Sendable {
    package struct Entry: Sendable, Equatable {
        package let slot: Int
        /// The journal record of the first input after the row.
        package let record: UInt64
        package let ordinal: UInt32

        package init(slot: Int, record: UInt64, ordinal: UInt32) {
            self.slot = slot
            self.record = record
            self.ordinal = ordinal
        }
    }

    private static let compactFrom = 1_024
    private var entries: [Entry] = []
    private var head = 0

    package init() {}

    package var count: Int { entries.count - head }
    package var first: Entry? { head < entries.count ? entries[head] : nil }

    package mutating func append(_ entry: Entry) { entries.append(entry) }

    package mutating func popFirst() -> Entry? {
        guard let entry = first else { return nil }
        head += 1
        if head >= DirtyQueue.compactFrom, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return entry
    }
}
