internal import TwinCore

/// Goes through the twins of all an instance's shards in the order of their keys, from behind any
/// key: a merge of the shards' own orders. One step costs log(shards) comparisons, the beginning
/// one binary search a shard; nothing is sorted or copied.
struct TwinWalk {
    /// The next twin of one shard.
    private struct Head {
        let entry: KeyOrder.Entry
        let shard: Int
        /// Its place in the shard's order.
        let place: Int

        init?(of order: KeyOrder, in shard: Int, at place: Int) {
            guard place < order.entries.count else { return nil }
            entry = order.entries[place]
            self.shard = shard
            self.place = place
        }

        static func < (left: Head, right: Head) -> Bool {
            left.entry.key.lexicographicallyPrecedes(right.entry.key)
        }
    }

    /// By shard; those that the instance does not own are empty.
    private let orders: [KeyOrder]
    /// A heap: no head is before the one at half its index.
    private var heads: [Head] = []

    init(over orders: [KeyOrder], after key: [UInt8]?) {
        self.orders = orders
        heads = orders.indices.compactMap { shard in
            let place = key.map { orders[shard].count(through: $0) } ?? 0
            return Head(of: orders[shard], in: shard, at: place)
        }
        for index in heads.indices.reversed() { sink(from: index) }
    }

    /// The next twin's shard and slot; nil at the end.
    mutating func next() -> (shard: Int, slot: Int)? {
        guard let first = heads.first else { return nil }
        if let head = Head(of: orders[first.shard], in: first.shard, at: first.place + 1) {
            heads[0] = head
        } else {
            heads.swapAt(0, heads.count - 1)
            heads.removeLast()
        }
        sink(from: 0)
        return (first.shard, first.entry.slot)
    }

    private mutating func sink(from start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heads.count && heads[child] < heads[least] {
                least = child
            }
            guard least != index else { return }
            heads.swapAt(index, least)
            index = least
        }
    }
}
