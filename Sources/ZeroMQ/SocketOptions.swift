/// Everything that is set on a socket before it binds or connects; libzmq ignores most of it later.
///
/// The defaults are ours, not libzmq's: bounded messages, no lingering, heartbeats on.
package struct SocketOptions: Sendable {
    /// Messages that can always be queued toward each peer. Sending says `wouldBlock` at twice as
    /// many at the latest; 0 is no limit.
    package var sendQueueMax = 1000

    /// Messages queued from each peer before it has to wait; 0 is no limit.
    package var receiveQueueMax = 1000

    /// Size of one frame. A peer that sends a larger one is disconnected.
    package var frameBytesMax = 4 << 20

    /// Frames in one message. More are read and dropped: `Received.tooManyFrames`. libzmq collects
    /// a whole message before anyone sees it, so this bounds our work and not what libzmq holds.
    package var framesMax = 16

    /// How long unsent messages outlive the closed socket.
    package var lingerMilliseconds = 0

    /// Queues only toward peers that are connected, so that a message is not promised to one that
    /// may never come. Until then a DEALER's `send` says `wouldBlock`.
    package var queuesOnlyToConnected = false

    /// How often a silent connection is probed; 0 is never.
    package var heartbeatIntervalMilliseconds = 2000

    /// How long a probe may stay unanswered before the connection counts as dead.
    package var heartbeatTimeoutMilliseconds = 6000

    /// After which silence the *peer* shall give up on us; 0 leaves it to the peer.
    package var heartbeatPeerTimeoutMilliseconds = 6000

    /// How long one attempt to connect may take. Without it an address that nobody has any more,
    /// as that of a container replaced, is waited for as long as the kernel repeats itself.
    package var connectTimeoutMilliseconds = 2000

    /// First wait before connecting again.
    package var reconnectIntervalMilliseconds = 100

    /// Longest wait, after doubling from the first; 0 is no doubling.
    package var reconnectIntervalMaxMilliseconds = 5000

    /// How long a peer may take to say who it is.
    package var handshakeTimeoutMilliseconds = 10_000

    /// Accepts IPv6 addresses beside IPv4.
    package var allowsIPv6 = true

    /// Encryption and authentication.
    package var curve = Curve.off

    package init() {}
}
