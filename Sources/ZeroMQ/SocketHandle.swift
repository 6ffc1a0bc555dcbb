internal import CZeroMQ

/// The C handle of one socket and its message cell: closed by the socket that owns it, remembered
/// by pollers, which then see that it is gone.
@safe
final class SocketHandle {
    /// Nil once closed.
    private(set) var pointer: UnsafeMutableRawPointer?

    /// Always initialised; the only `zmq_msg_t` the socket ever needs.
    let cell: UnsafeMutablePointer<zmq_msg_t>

    /// Sockets outlive no context.
    private let context: Context

    init(_ kind: Int32, in context: Context) throws(ZeroMQError) {
        self.context = context
        unsafe pointer = try LibraryCall.check("open socket") {
            unsafe zmq_socket(context.handle, kind)
        }
        unsafe cell = .allocate(capacity: 1)
        unsafe cell.initialize(to: zmq_msg_t())
        unsafe zmq_msg_init(cell)
    }

    func close() {
        guard let open = unsafe pointer else { return }
        unsafe pointer = nil
        // Fails only for what is no socket.
        _ = unsafe zmq_close(open)
    }

    deinit {
        close()
        // Fails only for what is no message.
        _ = unsafe zmq_msg_close(cell)
        unsafe cell.deinitialize(count: 1)
        unsafe cell.deallocate()
    }
}
