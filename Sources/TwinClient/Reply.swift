internal import Msgpack
package import TwinCore
package import TwinWire

/// The answer to one request that was not refused.
package struct Reply: Equatable, Sendable {
    /// Whom the request was for.
    package let destination: Destination
    package let type: MessageType
    /// The instance that answered; nil for the broker.
    package let source: Envelope.Source?
    /// Msgpack.
    package let payload: [UInt8]
    /// From the first sending to the answer.
    package let roundTripMilliseconds: Double

    package init(
        destination: Destination, type: MessageType, source: Envelope.Source?, payload: [UInt8],
        roundTripMilliseconds: Double
    ) {
        self.destination = destination
        self.type = type
        self.source = source
        self.payload = payload
        self.roundTripMilliseconds = roundTripMilliseconds
    }

    /// The payload as a document; what cannot be read is an error of our own making.
    package func decode<Value: Decodable>(_ value: Value.Type) throws(ClientError) -> Value {
        do throws(Refusal) {
            return try Payload.unpack(value, from: payload.span, of: type)
        } catch {
            throw ClientError.badAnswer(
                destination: destination.description, type: type, reason: error.message)
        }
    }
}
