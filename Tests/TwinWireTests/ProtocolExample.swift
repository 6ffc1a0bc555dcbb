import Msgpack
import Testing
import TwinCore
import TwinWire

/// One message of Protocol.md: what it must mean, and how production code reads and writes it.
struct ProtocolExample: Sendable, CustomTestStringConvertible {
    enum Role: String, Sendable {
        case request, reply, event, beat

        var kind: Envelope.Kind {
            switch self {
            case .request: .request
            case .reply: .reply
            case .event: .event
            case .beat: .beat
            }
        }
    }

    let envelope: Envelope
    let role: Role
    /// Tells two examples of one message apart; empty for the first.
    let variant: String
    /// Answers and what the broker tells have none.
    let destination: String?
    /// The payload as production code packs it.
    let payload: [UInt8]
    /// True when these bytes mean what the example means.
    let isMeant: @Sendable ([UInt8]) throws -> Bool
    /// Takes bytes as a peer's payload, through all checks; gives what it packs to again.
    let take: @Sendable ([UInt8]) throws(Refusal) -> [UInt8]

    /// What stands after the word `example` in Protocol.md.
    var title: String {
        let title = "\(envelope.type.rawValue) \(role.rawValue)"
        return variant.isEmpty ? title : "\(title) \(variant)"
    }

    var testDescription: String { title }

    /// An example whose payload is a map.
    ///
    /// - Parameter check: what the receiver does with the value before it believes it.
    init<Value: Codable & Equatable & Sendable>(
        _ type: MessageType, _ role: Role, named variant: String = "",
        to destination: String? = nil, by source: Envelope.Source? = nil,
        traceparent: String? = nil, _ value: Value,
        check: @escaping @Sendable (Value) throws(Refusal) -> Void = { _ in }
    ) {
        self.init(
            type, role, named: variant, to: destination, by: source, traceparent: traceparent,
            payload: Payload.pack(value)
        ) { bytes in
            try Payload.unpack(Value.self, from: bytes.span, of: type) == value
        } take: { bytes throws(Refusal) in
            let value = try Payload.unpack(Value.self, from: bytes.span, of: type)
            try check(value)
            return Payload.pack(value)
        }
    }

    init(
        _ type: MessageType, _ role: Role, named variant: String = "",
        to destination: String? = nil, by source: Envelope.Source? = nil,
        traceparent: String? = nil, payload: [UInt8],
        isMeant: @escaping @Sendable ([UInt8]) throws -> Bool,
        take: @escaping @Sendable ([UInt8]) throws(Refusal) -> [UInt8]
    ) {
        let isOfClient = role == .request && source == nil
        envelope = Envelope(
            kind: role.kind, type: type, requestID: ProtocolExample.requestID(role, source),
            remainingMilliseconds: isOfClient ? ProtocolExample.remaining : nil,
            traceparent: traceparent, source: source)
        self.role = role
        self.variant = variant
        self.destination = destination
        self.payload = payload
        self.isMeant = isMeant
        self.take = take
    }

    private static let remaining: UInt32 = 5_000

    /// A beat's id is its number; what the broker tells unasked has none.
    private static func requestID(_ role: Role, _ source: Envelope.Source?) -> UInt64 {
        switch role {
        case .beat: ProtocolSamples.beatNumber
        case .event where source == nil: 0
        case .request, .reply, .event: 0x7f3a_91c2_d4e5_f607
        }
    }
}

extension ProtocolExample {
    /// The example as Protocol.md shows it, between the fences.
    var block: [String] {
        var lines: [String] = []
        if let destination { lines.append(ProtocolDocument.label("destination") + destination) }
        lines += ProtocolDocument.hex("envelope", envelope.packed)
        lines += ProtocolDocument.text("means", ProtocolDocument.notation(envelope.packed))
        lines += ProtocolDocument.hex("payload", payload)
        lines += ProtocolDocument.text("means", ProtocolDocument.notation(payload))
        return lines
    }
}
