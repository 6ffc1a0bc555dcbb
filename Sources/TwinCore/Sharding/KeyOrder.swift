/// A shard's slots in the order of their keys: where pages of lists begin and how they go on.
///
/// A change costs a binary search and the move of what is behind it, 16 bytes a twin.
package struct KeyOrder: Sendable {
    /// One twin's place.
    package struct Entry: Equatable, Sendable {
        package let key: [UInt8]
        package let slot: Int
    }

    /// Ascending by key.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// How many keys there are up to `key`: the place of the first one behind it. O(log n).
    package func count(through key: [UInt8]) -> Int {
        partition { !key.lexicographicallyPrecedes($0.key) }
    }

    /// Adds a slot whose key is not there.
    package mutating func insert(_ key: [UInt8], slot: Int) {
        entries.insert(Entry(key: key, slot: slot), at: count(through: key))
    }

    /// Removes a key; nothing when it is not there.
    package mutating func remove(_ key: [UInt8]) {
        let index = partition { $0.key.lexicographicallyPrecedes(key) }
        guard index < entries.count, entries[index].key == key else { return }
        entries.remove(at: index)
    }

    /// The first place that is not `before`; all that are come first.
    private func partition(_ before: (Entry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if before(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
