import Msgpack
import Testing

/// A value through its containers: the encoder does not see that its type packs itself.
struct ByFields: Encodable {
    let value: any Encodable

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }

    /// Expects each of these to pack itself to the bytes that its fields give one by one, and to
    /// be read from them as its fields are.
    static func compare(_ values: [any Encodable]) throws {
        for value in values {
            #expect(value is any SelfPacking)
            var packed = Packer()
            (value as? any SelfPacking)?.pack(into: &packed)
            let wanted = try MsgpackEncoder.encode(ByFields(value: value))
            #expect(packed.bytes == wanted, "\(type(of: value))")
            if let value = value as? any SelfUnpacking & Encodable & Equatable {
                try compareReading(value, from: wanted)
            }
        }
    }

    /// Whatever byte is wrong: what reads itself is the same that is read field by field. It may
    /// refuse more, but what it refuses is then read that way.
    private static func compareReading<Value: SelfUnpacking & Encodable & Equatable>(
        _ value: Value, from bytes: [UInt8]
    ) throws {
        #expect(unpacked(Value.self, bytes) == value, "\(Value.self)")
        for place in bytes.indices {
            for mask in [0x01, 0x10, 0x80] as [UInt8] {
                var changed = bytes
                changed[place] ^= mask
                guard let found = unpacked(Value.self, changed) else { continue }
                let wanted = try MsgpackDecoder.decode(ReadByFields<Value>.self, from: changed)
                #expect(
                    try MsgpackEncoder.encode(found) == MsgpackEncoder.encode(wanted.value),
                    "\(Value.self) with byte \(place) changed")
            }
        }
    }

    private static func unpacked<Value: SelfUnpacking>(
        _ type: Value.Type, _ bytes: [UInt8]
    ) -> Value? {
        var unpacker = Unpacker(bytes.span)
        do {
            let value = try Value(unpacking: &unpacker)
            try unpacker.expectEnd()
            return value
        } catch {
            return nil
        }
    }
}

/// A value from its containers: the decoder does not see that its type reads itself.
private struct ReadByFields<Value: Decodable>: Decodable {
    let value: Value

    init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
}
