import TwinClient
import TwinCore
import TwinWire

/// Names as people type them: `KEY` or `tier/KEY`, `NAME=VALUE`.
enum Naming {
    /// A twin of a known tier.
    static func twin(_ text: String, in tier: Tier) throws(ClientError) -> TwinAddress {
        do throws(AddressError) {
            guard text.contains("/") else {
                return TwinAddress(tier: tier, key: try TwinKey(text))
            }
            let address = try TwinAddress(text)
            guard address.tier == tier else {
                throw AddressError.wrongForm(found: text)
            }
            return address
        } catch {
            throw .usage(
                message: "\"\(text)\" names no \(tier.name): \(reason(error, tier))", hint: nil)
        }
    }

    /// A twin of any tier; a bare key is a server's.
    static func twin(_ text: String) throws(ClientError) -> TwinAddress {
        guard text.contains("/") else { return try twin(text, in: .server) }
        do throws(AddressError) {
            return try TwinAddress(text)
        } catch {
            throw .usage(message: "\"\(text)\" names no twin: \(error)", hint: nil)
        }
    }

    static func key(_ text: String, option: String) throws(ClientError) -> TwinKey {
        do throws(AddressError) {
            return try TwinKey(text)
        } catch {
            throw .usage(message: "\(option) \(text): \(error)", hint: nil)
        }
    }

    static func destination(_ text: String) throws(ClientError) -> Destination {
        do throws(AddressError) {
            if !text.contains(where: { "/#@".contains($0) }), text != "broker" {
                return .twin(TwinAddress(tier: .server, key: try TwinKey(text)))
            }
            return try Destination(text)
        } catch {
            throw .usage(message: "\"\(text)\" is no destination: \(error)", hint: nil)
        }
    }

    /// A shard, written `server#12`.
    static func shard(_ text: String) throws(ClientError) -> ShardID {
        do throws(AddressError) {
            if case .shard(let shard) = try Destination(text) { return shard }
            throw .wrongForm(found: text)
        } catch {
            throw .usage(
                message: "\"\(text)\" names no shard: wanted TIER#SHARD, such as server#12",
                hint: "twinctl get server KEY shows the shard of a server")
        }
    }

    static func instance(_ text: String) throws(ClientError) -> InstanceName {
        do throws(AddressError) {
            return try InstanceName(text)
        } catch {
            throw .usage(
                message: "\"\(text)\" names no instance: \(error)",
                hint: "twinctl status lists the instances")
        }
    }

    static func incident(_ text: String) throws(ClientError) -> IncidentID {
        do throws(AddressError) {
            return try IncidentID(text)
        } catch {
            throw .usage(
                message: "\"\(text)\" names no incident: wanted tier/KEY:NUMBER, such as "
                    + "rack/dc1-r07:1",
                hint: "twinctl incidents")
        }
    }

    /// Splits `NAME=VALUE` arguments; the same name twice is a mistake.
    static func pairs(_ texts: [String], option: String) throws(ClientError) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw .usage(
                    message: "\(option): wanted NAME=VALUE, found \"\(text)\"", hint: nil)
            }
            guard pairs.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                throw .usage(message: "\(option): \(parts[0]) is given twice", hint: nil)
            }
        }
        return pairs
    }

    /// A moment: RFC 3339, or how long ago.
    static func moment(
        _ text: String, option: String, now: Timestamp
    ) throws(ClientError) -> Timestamp {
        if let ago = TimeSpan(argument: text) {
            return now + Milliseconds(rawValue: -ago.span.rawValue)
        }
        do {
            return try RFC3339(parsing: text).timestamp
        } catch {
            throw .usage(
                message: "\(option): wanted how long ago (1h) or a time "
                    + "(2026-11-22T14:02:36Z), found \"\(text)\"", hint: nil)
        }
    }

    private static func reason(_ error: AddressError, _ tier: Tier) -> String {
        if case .wrongForm = error { return "wanted \(tier.name)/KEY or KEY" }
        return "\(error)"
    }
}

extension Session {
    /// The data center meant: the one named, or the only one.
    mutating func datacenter(_ text: String?) throws(ClientError) -> TwinKey {
        if let text { return try Naming.twin(text, in: .dc).key }
        let keys = try connection.datacenters(terms: terms)
        if keys.count == 1, let only = keys.first { return only }
        guard keys.isEmpty else {
            throw .usage(
                message: "which data center? There are \(keys.count): "
                    + keys.map(\.description).joined(separator: ", "),
                hint: "name one of them")
        }
        throw .refused(
            Refusal(
                .unknownAddress, "there is no data center yet", found: "none",
                wanted: "a data center with at least one server",
                hint: "twinctl commission KEY --dc DC --rack RACK"))
    }
}
