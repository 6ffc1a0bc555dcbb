package import TwinCore
package import TwinWire

/// One request of a client: to whom, what, and how patiently.
package struct ClientRequest: Sendable {
    package var destination: Destination
    package var type: MessageType
    /// Msgpack.
    package var payload: [UInt8]
    package var terms: RetryTerms

    package init(
        _ destination: Destination, _ type: MessageType, payload: [UInt8] = [],
        terms: RetryTerms = RetryTerms()
    ) {
        self.destination = destination
        self.type = type
        self.payload = payload
        self.terms = terms
    }

    /// A request whose payload is a map of ours.
    package init(
        _ destination: Destination, _ type: MessageType, _ payload: some Encodable,
        terms: RetryTerms = RetryTerms()
    ) {
        self.init(destination, type, payload: Payload.pack(payload), terms: terms)
    }
}
