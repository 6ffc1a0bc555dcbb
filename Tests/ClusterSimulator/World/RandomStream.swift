import SimulatedFleet

/// The randomness of a run: one stream for each purpose, so that leaving out a fault or an
/// operation changes as little as possible of the rest.
enum RandomStream: UInt64 {
    case shape = 1, network, faults, processes, disks, broker, clients, reports, workload, checks
    case moves, restores, intervals, joins, onCall

    /// The stream of this purpose for one of several users of it.
    func random(seed: UInt64, index: Int = 0) -> SplitMix64 {
        SplitMix64(mixing: seed, rawValue, UInt64(index))
    }
}

extension SplitMix64 {
    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// A whole number in `range`, evenly spread.
    mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// One of `items`, nil when there are none.
    mutating func pick<Item>(_ items: [Item]) -> Item? {
        items.isEmpty ? nil : items[index(below: items.count)]
    }
}
