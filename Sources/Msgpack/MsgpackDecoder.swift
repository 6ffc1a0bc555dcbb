/// Unpacks any `Decodable` value from bytes that a peer wrote: the reverse of `MsgpackEncoder`.
///
/// The whole value is checked against the limits before any of it is decoded. Keys that the type
/// does not know are ignored; a key it needs and does not find is an error with its path. Every
/// number fits or is refused, except that floats round; a float may arrive as an integer or in
/// either width.
package enum MsgpackDecoder {
    /// Decodes the one value that `bytes` holds; `userInfo` is what its types may ask the decoder.
    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: Span<UInt8>, limits: MsgpackLimits = MsgpackLimits(),
        userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(MsgpackError) -> Value {
        // As many bytes are at most as many items.
        if bytes.count <= min(limits.bytesMax, limits.itemsMax),
            let type = type as? any SelfUnpacking.Type,
            let value = unpacked(bytes, by: type, as: Value.self)
        {
            return value
        }
        let index = try ValueIndex(bytes, limits: limits)
        index.userInfo = userInfo
        do {
            return try ValueDecoder(index: index, entry: 0).decode(type)
        } catch {
            throw MsgpackError(decoding: error)
        }
    }

    private static func unpacked<Value, Unpacked: SelfUnpacking>(
        _ bytes: Span<UInt8>, by type: Unpacked.Type, as value: Value.Type
    ) -> Value? {
        type.unpacked(bytes) as? Value
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], limits: MsgpackLimits = MsgpackLimits()
    ) throws(MsgpackError) -> Value {
        try decode(type, from: bytes.span, limits: limits)
    }
}

extension MsgpackError {
    fileprivate init(decoding error: any Error) {
        switch error {
        case let error as MsgpackError: self = error
        case DecodingError.dataCorrupted(let context):
            self.init(refusedBy: context, .invalidValue, wanted: "a value its type accepts")
        case DecodingError.typeMismatch(let type, let context):
            self.init(refusedBy: context, .wrongKind, wanted: "\(type)")
        case DecodingError.valueNotFound(let type, let context):
            self.init(refusedBy: context, .wrongKind, wanted: "\(type)")
        case DecodingError.keyNotFound(let key, let context):
            self.init(refusedBy: context, .missingKey, wanted: "key \(key.stringValue)")
        default:
            self.init(
                .invalidValue, wanted: "a value its type accepts", found: "\(error)", offset: 0)
        }
    }

    /// What a type's own `init(from:)` refused. It knows the path and not the offset.
    private init(refusedBy context: DecodingError.Context, _ kind: Kind, wanted: String) {
        self.init(
            kind, wanted: wanted, found: "one refused with: \(context.debugDescription)", offset: 0,
            path: context.codingPath.joined)
    }
}
