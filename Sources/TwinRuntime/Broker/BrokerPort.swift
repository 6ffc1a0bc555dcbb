package import TwinCore
package import TwinWire
package import ZeroMQ

/// What a `BrokerCore` needs of the world: two ROUTER sockets, one durable record, a log.
///
/// Sockets and files in production; in the cluster simulator a network that loses and a disk that
/// fails.
package protocol BrokerPort: ~Copyable {
    /// Takes the next message of one socket, replacing what `message` held; never waits.
    mutating func receive(
        from side: RouteFrame.Side, into message: inout Message
    ) throws -> Socket.Received

    /// Queues a message whose first frame is the receiver's routing id, as a whole or not at all.
    mutating func send(
        _ message: borrowing Message, to side: RouteFrame.Side
    ) throws -> Socket.Sent

    /// Makes the record durable before it returns.
    mutating func store(_ record: BrokerRecord) throws

    func say(_ note: BrokerNote)
}
