/// How many bytes one instance takes over its connection and was sent: what bounds the bytes on
/// their way to it.
package struct InstanceFlow: Equatable, Sendable {
    package let instance: InstanceName
    /// The ROUTER's name for the connection.
    package let routingID: [UInt8]
    /// Bytes that may be on their way at once.
    package let window: UInt64
    /// Bytes that it takes over this connection, absolute.
    package let credit: UInt64
    /// Bytes sent over this connection.
    package let forwarded: UInt64
}
