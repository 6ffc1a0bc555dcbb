internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Bytes as an envelope, as a destination and as a return route: what the broker reads of every
/// message.
enum EnvelopeCheck {
    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        try envelope(bytes)
        try route(bytes)
        try destination(bytes)
    }

    private static func envelope(_ bytes: [UInt8]) throws(FuzzFinding) {
        let envelope: Envelope
        do throws(Refusal) {
            envelope = try Envelope(bytes.span)
        } catch {
            return try Expectation.sentence(error)
        }
        let packed = envelope.packed
        try Expectation.that(
            packed.count <= Limits.envelopeBytesMax, "an envelope packs to \(packed.count) bytes")
        let again = try Expectation.again("\(envelope)") { try Envelope(packed.span) }
        try Expectation.that(again == envelope, "\(envelope) came back as \(again)")
    }

    private static func route(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let route = RouteFrame(bytes.span) else { return }
        let again = RouteFrame(route.bytes.span)
        try Expectation.that(again == route, "\(route) came back as \(String(describing: again))")
    }

    private static func destination(_ bytes: [UInt8]) throws(FuzzFinding) {
        let destination: Destination
        do throws(AddressError) {
            destination = try Destination(String(decoding: bytes, as: UTF8.self))
        } catch {
            return try Expectation.sentence("\(error)")
        }
        let again = try Expectation.again("\(destination)") {
            try Destination(destination.description)
        }
        try Expectation.that(again == destination, "\(destination) came back as \(again)")
    }
}
