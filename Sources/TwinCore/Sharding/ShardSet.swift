/// A set of shard indices of one tier as a bitmap: ordered, comparable, 512 bytes at most.
package struct ShardSet: Equatable, Sendable, Codable {
    private var words: [UInt64] = []

    package init() {}

    package init(_ indices: some Swift.Sequence<UInt16>) {
        for index in indices { insert(index) }
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([UInt16].self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(indices)
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The members in ascending order.
    package var indices: [UInt16] {
        var indices: [UInt16] = []
        indices.reserveCapacity(count)
        for (position, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                indices.append(UInt16(position * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return indices
    }

    package func contains(_ index: UInt16) -> Bool {
        let word = Int(index) / 64
        return word < words.count && words[word] & (1 << UInt64(index % 64)) != 0
    }

    package mutating func insert(_ index: UInt16) {
        let word = Int(index) / 64
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(index % 64)
    }

    package mutating func remove(_ index: UInt16) {
        let word = Int(index) / 64
        guard word < words.count else { return }
        words[word] &= ~(1 << UInt64(index % 64))
        while words.last == 0 { words.removeLast() }
    }

    package mutating func formUnion(_ other: ShardSet) {
        while words.count < other.words.count { words.append(0) }
        for position in other.words.indices { words[position] |= other.words[position] }
    }

    package func intersection(_ other: ShardSet) -> ShardSet {
        var common = ShardSet()
        common.words = zip(words, other.words).map { $0 & $1 }
        return common
    }

    package func subtracting(_ other: ShardSet) -> ShardSet {
        var rest = self
        for position in words.indices where position < other.words.count {
            rest.words[position] &= ~other.words[position]
        }
        return rest
    }

    package static func == (left: ShardSet, right: ShardSet) -> Bool {
        let shared = min(left.words.count, right.words.count)
        return left.words[..<shared] == right.words[..<shared]
            && left.words[shared...].allSatisfy { $0 == 0 }
            && right.words[shared...].allSatisfy { $0 == 0 }
    }
}
