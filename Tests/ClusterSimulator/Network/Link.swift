import TwinWire

/// One peer of the broker, a DEALER, and its present connection.
///
/// As libzmq does it: what a client sends while it is not connected waits and leaves with the next
/// connection (a service's send is refused then), what was on its way when a connection broke is
/// lost, and the broker knows each connection by a routing id of its own.
struct Link {
    let name: String
    let side: RouteFrame.Side
    /// Grows with every connection and every break.
    var connection: UInt64 = 0
    /// nil while it is not connected.
    var routingID: [UInt8]?
    /// False while its process does not run: nobody connects.
    var isOpen = false
    var up = Lane()
    var down = Lane()
    /// Sent by the peer, waiting for a connection.
    var outbox: [[[UInt8]]] = []
    /// Arrived at the peer, not read yet.
    var inbox: [[[UInt8]]] = []
    /// Arrived at the broker, not read yet.
    var unread = 0
    /// Bytes of what was routed to the peer that this connection has brought it, or has lost.
    var settledBytes = 0
    /// Bytes toward the peer that the network carried twice, ever.
    var repeatedBytes = 0

    init(name: String, side: RouteFrame.Side) {
        self.name = name
        self.side = side
    }
}
