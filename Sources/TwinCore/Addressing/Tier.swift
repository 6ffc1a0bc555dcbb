/// Which of the three kinds of twin an address, a shard or an instance belongs to.
///
/// The raw value is the number on the wire and on disk; `name` is the word in addresses.
package enum Tier: UInt8, Sendable, CaseIterable, Codable {
    case server = 0
    case rack = 1
    case dc = 2

    /// The word used in addresses and outputs: `server`, `rack` or `dc`.
    package var name: String {
        switch self {
        case .server: "server"
        case .rack: "rack"
        case .dc: "dc"
        }
    }

    /// The tier a twin of this tier reports its status to; nil for the data center.
    package var parent: Tier? {
        switch self {
        case .server: .rack
        case .rack: .dc
        case .dc: nil
        }
    }

    /// The tier whose statuses a twin of this tier correlates; nil for the server.
    package var child: Tier? {
        switch self {
        case .server: nil
        case .rack: .server
        case .dc: .rack
        }
    }

    /// Finds the tier by its word; nil for any other text.
    package init?(name: some StringProtocol) {
        switch name {
        case "server": self = .server
        case "rack": self = .rack
        case "dc": self = .dc
        default: return nil
        }
    }

    package init(from decoder: any Decoder) throws {
        let name = try decoder.singleValueContainer().decode(String.self)
        guard let tier = Tier(name: name) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "wanted server, rack or dc, found \(name)"))
        }
        self = tier
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

extension Tier: CustomStringConvertible {
    package var description: String { name }
}
