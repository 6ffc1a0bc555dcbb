/// The highest epoch that each shard of a neighbouring tier has spoken under: what fences the word
/// of an owner that lost the shard.
///
/// Bounded by the shards of that tier. Look-up and note cost O(shards heard of).
package struct ShardEpochs: Equatable, Sendable {
    /// One shard and its highest epoch.
    package struct Entry: Equatable, Sendable, Codable {
        package let shard: UInt16
        package internal(set) var epoch: Epoch
    }

    /// Ascending by shard.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// The highest epoch of `shard` so far; `.none` before its first word.
    package subscript(shard: UInt16) -> Epoch {
        entries.first { $0.shard == shard }?.epoch ?? .none
    }

    /// Notes an epoch; a lower one than the highest changes nothing, so notes may be repeated.
    package mutating func note(_ epoch: Epoch, of shard: UInt16) {
        guard let index = entries.firstIndex(where: { $0.shard >= shard }) else {
            entries.append(Entry(shard: shard, epoch: epoch))
            return
        }
        if entries[index].shard == shard {
            entries[index].epoch = max(entries[index].epoch, epoch)
        } else {
            entries.insert(Entry(shard: shard, epoch: epoch), at: index)
        }
    }

    /// Takes the entry of the lowest shard away.
    package mutating func popFirst() -> Entry? {
        entries.isEmpty ? nil : entries.removeFirst()
    }
}

extension ShardEpochs: Codable {
    package init(from decoder: any Decoder) throws {
        entries = try decoder.singleValueContainer().decode([Entry].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(entries)
    }
}
