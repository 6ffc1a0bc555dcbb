/// The opaque return route that the broker prefixes to what it forwards to a service; the
/// service's reply carries it back unread.
///
/// Bytes: socket (0 client, 1 service), 1 when the requester sent an empty delimiter frame, the
/// broker's own nonce (8 bytes, little-endian), then the ROUTER's routing id. A reply under
/// another broker process's nonce is dropped.
package struct RouteFrame: Equatable, Sendable {
    package enum Side: UInt8, Sendable {
        case client = 0
        case service = 1
    }

    package var side: Side
    package var hasDelimiter: Bool
    package var brokerNonce: UInt64
    package var routingID: [UInt8]

    package init(side: Side, hasDelimiter: Bool, brokerNonce: UInt64, routingID: [UInt8]) {
        self.side = side
        self.hasDelimiter = hasDelimiter
        self.brokerNonce = brokerNonce
        self.routingID = routingID
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = [side.rawValue, hasDelimiter ? 1 : 0]
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: brokerNonce >> shift))
        }
        return bytes + routingID
    }

    /// Reads a frame that a service sent back; nil when it is none of ours.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count > RouteFrame.headerBytes, let side = Side(rawValue: bytes[0]) else {
            return nil
        }
        self.side = side
        hasDelimiter = bytes[1] == 1
        var nonce: UInt64 = 0
        for index in 0..<8 { nonce |= UInt64(bytes[2 + index]) << UInt64(index * 8) }
        brokerNonce = nonce
        var routingID: [UInt8] = []
        for index in RouteFrame.headerBytes..<bytes.count { routingID.append(bytes[index]) }
        self.routingID = routingID
    }

    private static let headerBytes = 10
}
