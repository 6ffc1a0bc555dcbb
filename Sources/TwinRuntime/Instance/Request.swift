package import TwinCore
package import TwinWire

/// A message that asks this instance for something, with the way its answer goes back.
package struct Request: Sendable {
    /// The broker's opaque return route.
    package var route: [UInt8]
    package var destination: Destination
    package var envelope: Envelope

    package init(route: [UInt8], destination: Destination, envelope: Envelope) {
        self.route = route
        self.destination = destination
        self.envelope = envelope
    }
}
