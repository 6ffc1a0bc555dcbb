internal import Msgpack

/// What an envelope that cannot be taken still says of who asks: enough for a refusal that the
/// asker recognises instead of waiting out its time.
package struct AskedEnvelope: Equatable, Sendable {
    package let requestID: UInt64

    /// Reads the request id where version 1 has it, whatever version, kind and message type stand
    /// before it and whatever follows; nil when the bytes have not that structure.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count <= AskedEnvelope.bytesMax else { return nil }
        do {
            var unpacker = Unpacker(bytes)
            let count = try unpacker.readArrayHeader(max: AskedEnvelope.fieldsMax)
            guard count > AskedEnvelope.fieldsBefore else { return nil }
            for _ in 0..<AskedEnvelope.fieldsBefore { try unpacker.skipValue() }
            requestID = try unpacker.readUInt64()
        } catch {
            return nil
        }
    }

    private static let bytesMax = 64 << 10
    private static let fieldsMax = 256
    /// Version, kind, message type.
    private static let fieldsBefore = 3
}
