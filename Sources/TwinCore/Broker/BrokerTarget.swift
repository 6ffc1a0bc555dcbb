/// A destination frame as the router needs it: the shard at once, without the key.
///
/// Reading allocates nothing but the instance's name. `Destination` is the form for everybody
/// else.
package enum BrokerTarget: Equatable, Sendable {
    /// `server/KEY` and `server#SHARD`.
    case shard(ShardID)
    /// `server@INSTANCE`.
    case instance(Tier, InstanceName)
    /// `broker`.
    case broker

    /// Reads a peer's destination frame; throws `invalid` with what was found.
    package init(_ bytes: Span<UInt8>, shardCounts: ShardCounts) throws(Refusal) {
        guard let (tier, separator) = BrokerTarget.tier(bytes) else {
            guard BrokerTarget.matches(bytes, "broker", count: bytes.count) else {
                throw BrokerTarget.refusal(.wrongForm(found: BrokerTarget.text(bytes)))
            }
            self = .broker
            return
        }
        let rest = bytes.extracting((separator + 1)...)
        switch bytes[separator] {
        case UInt8(ascii: "/"):
            try BrokerTarget.checkKey(rest)
            let index = CRC32.checksum(rest) % UInt32(shardCounts[tier])
            self = .shard(ShardID(tier: tier, index: UInt16(truncatingIfNeeded: index)))
        case UInt8(ascii: "#"):
            self = .shard(
                try BrokerTarget.shard(rest, tier: tier, count: shardCounts[tier], in: bytes))
        default:
            do {
                self = .instance(tier, try InstanceName(BrokerTarget.text(rest)))
            } catch {
                throw BrokerTarget.refusal(error)
            }
        }
    }

    /// The tier a destination begins with and the offset of the separator after it.
    private static func tier(_ bytes: Span<UInt8>) -> (Tier, Int)? {
        for offset in 0..<min(bytes.count, longestTierName + 1) {
            switch bytes[offset] {
            case UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "@"):
                if matches(bytes, "server", count: offset) { return (.server, offset) }
                if matches(bytes, "rack", count: offset) { return (.rack, offset) }
                if matches(bytes, "dc", count: offset) { return (.dc, offset) }
                return nil
            default: continue
            }
        }
        return nil
    }

    private static let longestTierName = 6

    private static func matches(_ bytes: Span<UInt8>, _ word: StaticString, count: Int) -> Bool {
        guard word.utf8CodeUnitCount == count else { return false }
        return word.withUTF8Buffer { letters in
            for offset in 0..<count where unsafe letters[offset] != bytes[offset] { return false }
            return true
        }
    }

    private static func checkKey(_ key: Span<UInt8>) throws(Refusal) {
        guard !key.isEmpty else { throw refusal(.emptyKey) }
        guard key.count <= Limits.keyBytesMax else {
            throw refusal(.keyTooLong(count: key.count))
        }
        for offset in key.indices where !TwinKey.isAllowed(key[offset]) {
            throw refusal(.keyByte(key[offset], offset: offset))
        }
    }

    private static func shard(
        _ digits: Span<UInt8>, tier: Tier, count: Int, in bytes: Span<UInt8>
    ) throws(Refusal) -> ShardID {
        guard let index = UInt16(text(digits)) else {
            throw refusal(.wrongForm(found: text(bytes)))
        }
        guard Int(index) < count else {
            throw Refusal(
                .invalid, "destination: the \(tier.name) tier has shards 0 to \(count - 1)",
                found: "\(tier.name)#\(index)",
                wanted: "\(tier.name)#0 to \(tier.name)#\(count - 1)")
        }
        return ShardID(tier: tier, index: index)
    }

    private static func refusal(_ error: AddressError) -> Refusal {
        Refusal(
            .invalid, "\(error)",
            wanted: "server/KEY, rack/KEY, dc/KEY, TIER#SHARD, TIER@INSTANCE or broker")
    }

    /// A readable beginning of what a peer sent.
    private static func text(_ bytes: Span<UInt8>) -> String {
        let shown = bytes.extracting(first: Limits.keyBytesMax)
        var copy: [UInt8] = []
        for offset in shown.indices { copy.append(shown[offset]) }
        return String(decoding: copy, as: UTF8.self)
    }
}
