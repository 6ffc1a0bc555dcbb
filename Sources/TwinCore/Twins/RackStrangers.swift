/// Children that a parent remembers although they are no members: those that left, so that a late
/// status does not bring them back, and those it could not take.
///
/// Bounded: of too many the oldest is forgotten; a child that still cares repeats itself.
package struct RackStrangers: Equatable, Sendable, Codable {
    package struct Entry: Equatable, Sendable, Codable {
        package let key: TwinKey
        package var version: Version
        package var isRefused: Bool
        package var noted: Elapsed
    }

    package static let countMax = 256

    /// Sorted by key.
    package private(set) var entries: [Entry] = []

    package init() {}

    package subscript(key: TwinKey) -> Entry? {
        let index = position(of: key)
        return index < entries.count && entries[index].key == key ? entries[index] : nil
    }

    package mutating func note(
        _ key: TwinKey, version: Version, isRefused: Bool, at now: Elapsed
    ) {
        let entry = Entry(key: key, version: version, isRefused: isRefused, noted: now)
        let index = position(of: key)
        if index < entries.count, entries[index].key == key {
            entries[index] = entry
            return
        }
        entries.insert(entry, at: index)
        guard entries.count > RackStrangers.countMax,
            let oldest = entries.indices.min(by: { entries[$0].noted < entries[$1].noted })
        else { return }
        entries.remove(at: oldest)
    }

    package mutating func forget(_ key: TwinKey) {
        let index = position(of: key)
        if index < entries.count, entries[index].key == key { entries.remove(at: index) }
    }

    private func position(of key: TwinKey) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
