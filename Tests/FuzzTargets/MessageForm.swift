internal import Msgpack
internal import TwinCore
internal import TwinWire

/// One kind of payload: how production code reads it, believes it and writes it.
struct MessageForm: Sendable {
    let type: MessageType
    let check: @Sendable ([UInt8]) throws(FuzzFinding) -> Void

    /// - Parameter belief: what the receiver does with the value before it believes it.
    init<Value: Codable & Equatable & SendableMetatype>(
        _ type: MessageType, _ value: Value.Type,
        belief: @escaping @Sendable (Value) throws(Refusal) -> Void = { _ in }
    ) {
        self.type = type
        check = { bytes throws(FuzzFinding) in
            let value: Value
            do throws(Refusal) {
                value = try Payload.unpack(Value.self, from: bytes.span, of: type)
                try belief(value)
            } catch {
                return try Expectation.sentence(error)
            }
            try Self.packsAgain(value, type, from: bytes.count)
        }
    }

    /// A value that was read packs, in proportion, and reads the same again. Compared are the
    /// bytes: a number may be NaN.
    private static func packsAgain<Value: Codable & SendableMetatype>(
        _ value: Value, _ type: MessageType, from count: Int
    ) throws(FuzzFinding) {
        do {
            let packed = try MsgpackEncoder.encode(value)
            try Expectation.bounded(packed.count, from: count)
            let again = try Payload.unpack(Value.self, from: packed.span, of: type)
            let packedAgain = try MsgpackEncoder.encode(again)
            try Expectation.that(packedAgain == packed, "\(value) came back as \(again)")
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            throw FuzzFinding(
                "\(type.rawValue): \(value) was read and does not come back: \(error)")
        }
    }
}
