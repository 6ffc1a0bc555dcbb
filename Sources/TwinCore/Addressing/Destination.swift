/// Where a message should go: the first frame of every request.
package enum Destination: Hashable, Sendable {
    /// `server/KEY`: the owner of that twin's shard.
    case twin(TwinAddress)
    /// `server#SHARD`: the owner of that shard.
    case shard(ShardID)
    /// `server@INSTANCE`: that process, whatever it owns.
    case instance(Tier, InstanceName)
    /// `broker`: the broker itself.
    case broker

    /// Parses the text of a destination frame; throws what was found instead.
    package init(_ text: some StringProtocol) throws(AddressError) {
        if text == "broker" {
            self = .broker
            return
        }
        guard
            let separator = text.firstIndex(where: { $0 == "/" || $0 == "#" || $0 == "@" }),
            let tier = Tier(name: text[..<separator])
        else { throw .wrongForm(found: String(text.prefix(Limits.keyBytesMax))) }
        let rest = text[text.index(after: separator)...]
        switch text[separator] {
        case "/":
            self = .twin(TwinAddress(tier: tier, key: try TwinKey(rest)))
        case "@":
            self = .instance(tier, try InstanceName(String(rest)))
        default:
            guard let index = UInt16(rest) else { throw .wrongForm(found: String(text)) }
            self = .shard(ShardID(tier: tier, index: index))
        }
    }
}

extension Destination: CustomStringConvertible {
    package var description: String {
        switch self {
        case .twin(let address): address.description
        case .shard(let shard): shard.description
        case .instance(let tier, let name): "\(tier.name)@\(name)"
        case .broker: "broker"
        }
    }
}
