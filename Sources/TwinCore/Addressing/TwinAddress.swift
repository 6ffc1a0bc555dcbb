/// Where one twin is found: its tier and its key, written `server/dc1-r012-s07`.
package struct TwinAddress: Hashable, Sendable {
    package let tier: Tier
    package let key: TwinKey

    package init(tier: Tier, key: TwinKey) {
        self.tier = tier
        self.key = key
    }

    /// Parses `tier/key`; throws which half is wrong.
    package init(_ text: some StringProtocol) throws(AddressError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let tier = Tier(name: parts[0]) else {
            throw .noTier(found: String(text))
        }
        self.init(tier: tier, key: try TwinKey(parts[1]))
    }
}

extension TwinAddress: Comparable {
    package static func < (left: TwinAddress, right: TwinAddress) -> Bool {
        (left.tier.rawValue, left.key) < (right.tier.rawValue, right.key)
    }
}

extension TwinAddress: CustomStringConvertible {
    package var description: String { "\(tier.name)/\(key)" }
}

extension TwinAddress: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
