internal import Msgpack
package import TwinCore

/// Packs and unpacks the payloads that are msgpack maps, with our limits and our refusals.
package enum Payload {
    private static let limits = MsgpackLimits(itemsMax: 200_000, bytesMax: Limits.frameBytesMax)

    /// The packed form of a value of ours. Our own values always have one.
    package static func pack<Value: Encodable>(_ value: Value) -> [UInt8] {
        do {
            return try MsgpackEncoder.encode(value)
        } catch {
            invariant(false, "\(Value.self) does not pack: \(error)")
            return []
        }
    }

    /// Reads a peer's payload; an empty frame stands for an empty map.
    package static func unpack<Value: Decodable>(
        _ type: Value.Type, from bytes: Span<UInt8>, of message: MessageType
    ) throws(Refusal) -> Value {
        do {
            guard bytes.isEmpty else {
                return try MsgpackDecoder.decode(type, from: bytes, limits: limits)
            }
            return try MsgpackDecoder.decode(type, from: emptyMap, limits: limits)
        } catch {
            throw Refusal(
                .invalid, "\(message.rawValue) payload: \(error)", found: error.found,
                wanted: error.wanted)
        }
    }

    private static let emptyMap: [UInt8] = [0x80]
}

/// Payload of `Refused`: the wire form of a refusal.
package struct RefusalPayload: Equatable, Sendable, Codable {
    package var code: Refusal.Code
    package var message: String
    package var address: String?
    package var found: String?
    package var wanted: String?
    package var hint: String?
    package var retry: Bool

    package init(_ refusal: Refusal) {
        code = refusal.code
        message = refusal.message
        address = refusal.address
        found = refusal.found
        wanted = refusal.wanted
        hint = refusal.hint
        retry = refusal.code.isWorthRetrying
    }

    package var refusal: Refusal {
        Refusal(
            code, message, address: address, found: found, wanted: wanted, hint: hint)
    }
}
