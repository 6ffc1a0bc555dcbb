internal import CZeroMQ

/// The I/O threads that sockets share; `inproc` endpoints connect sockets of one context.
///
/// One a process is normal. Any thread may use it. It ends when it and the last socket made in it
/// are gone, after what lingers has been sent.
@safe
package final class Context: Sendable {
    /// libzmq: "a ØMQ context is thread safe and may be shared among as many threads as necessary".
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - ioThreads: threads that move bytes; one serves about a gigabyte in a second.
    ///   - socketsMax: sockets that may be open at once.
    package init(ioThreads: Int = 1, socketsMax: Int = 1023) throws(ZeroMQError) {
        unsafe handle = try LibraryCall.check("create context") { unsafe zmq_ctx_new() }
        try set(ZMQ_IO_THREADS, Int32(clamping: ioThreads), "set I/O threads to \(ioThreads)")
        try set(ZMQ_MAX_SOCKETS, Int32(clamping: socketsMax), "set sockets to \(socketsMax)")
    }

    deinit {
        // Every socket keeps its context alive, so none is open here. Only EFAULT remains as a
        // failure, and that handle is not ours.
        _ = LibraryCall.attempt { unsafe zmq_ctx_term(handle) }
    }

    private func set(
        _ option: Int32, _ value: Int32, _ operation: @autoclosure () -> String
    ) throws(ZeroMQError) {
        try LibraryCall.check(operation()) { unsafe zmq_ctx_set(handle, option, value) }
    }
}
