internal import Msgpack
internal import TwinCore

/// The small values of rows and statuses, each to the bytes of its `Encodable` form.
extension Packer {
    mutating func pack(_ key: TwinKey) { packString(utf8: key.bytes.span) }

    mutating func pack(_ version: Version) {
        packMapHeader(2)
        packKey("epoch")
        packUInt(UInt64(version.epoch.rawValue))
        packKey("position")
        packUInt(version.position.rawValue)
    }

    mutating func pack(_ text: String?) {
        if let text { packString(text) } else { packNil() }
    }

    /// A pair of a map; nothing for nil.
    mutating func pack(present text: String?, as key: StaticString) {
        guard let text else { return }
        packKey(key)
        packString(text)
    }

    mutating func pack(present number: Int64?, as key: StaticString) {
        guard let number else { return }
        packKey(key)
        packInt(number)
    }

    mutating func pack(_ number: Int64?) {
        if let number { packInt(number) } else { packNil() }
    }

    /// Epoch and position, two values of the array around them.
    mutating func pack(parts version: Version) {
        packUInt(UInt64(version.epoch.rawValue))
        packUInt(version.position.rawValue)
    }

    mutating func pack(_ shards: ShardSet) {
        let indices = shards.indices
        packArrayHeader(indices.count)
        for index in indices { packUInt(UInt64(index)) }
    }

    /// Pairs in the order of their packed keys: shorter ones first, then by their bytes.
    mutating func pack(_ counts: [String: UInt64]) {
        packMapHeader(counts.count)
        let pairs = counts.map { (key: Array($0.key.utf8), count: $0.value) }.sorted {
            $0.key.count == $1.key.count
                ? $0.key.lexicographicallyPrecedes($1.key) : $0.key.count < $1.key.count
        }
        for pair in pairs {
            packString(utf8: pair.key.span)
            packUInt(pair.count)
        }
    }

    mutating func pack(_ onset: CorrelationOnset) {
        packMapHeader(2)
        packKey("arrival")
        packInt(onset.arrival.milliseconds)
        packKey("wall")
        packInt(onset.wall.milliseconds)
    }

    /// A value of which there are few. Our own values always have a packed form.
    mutating func pack(rare value: some Encodable) {
        do {
            try MsgpackEncoder.encode(value, into: &self)
        } catch {
            invariant(false, "\(type(of: value)) does not pack: \(error)")
        }
    }
}
