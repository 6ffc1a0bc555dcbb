internal import CZeroMQ
internal import Glibc

/// Waits until one of several sockets or file descriptors is ready.
///
/// Items are numbered in the order in which they were added, and stay. A wait costs one system
/// call.
@safe
package struct Poller: ~Copyable {
    /// What an item is watched for, and what it is found to be.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// There is something to receive.
        package static let readable = Readiness(rawValue: 1 << 0)
        /// There is room to send to at least one peer.
        package static let writable = Readiness(rawValue: 1 << 1)
        /// The file descriptor is broken or its peer hung up; never a socket's.
        package static let failed = Readiness(rawValue: 1 << 2)
    }

    /// In the order of the numbers; a closed socket's is disabled.
    private var items: [zmq_pollitem_t] = unsafe []
    private var handles: [SocketHandle?] = []

    package init() {}

    /// Watches a socket until it is closed. Returns its number.
    package mutating func add(
        _ socket: borrowing Socket, for interest: Readiness = .readable
    ) -> Int {
        handles.append(socket.handle)
        unsafe items.append(
            zmq_pollitem_t(
                socket: socket.handle.pointer, fd: -1, events: interest.events, revents: 0))
        return unsafe items.count - 1
    }

    /// Watches a file descriptor, which the caller keeps open. Returns its number.
    package mutating func add(
        fileDescriptor: Int32, for interest: Readiness = .readable
    ) -> Int {
        handles.append(nil)
        unsafe items.append(
            zmq_pollitem_t(socket: nil, fd: fileDescriptor, events: interest.events, revents: 0))
        return unsafe items.count - 1
    }

    /// Changes what an item is watched for. Nothing (`[]`) rests it.
    package mutating func setInterest(_ interest: Readiness, of item: Int) {
        unsafe items[item].events = interest.events
    }

    /// Waits until an item is ready, a signal arrives or the time is over. Returns how many are
    /// ready.
    ///
    /// - Parameter timeoutMilliseconds: 0 only looks; nil waits for ever.
    package mutating func wait(timeoutMilliseconds: Int?) throws(ZeroMQError) -> Int {
        forgetClosedSockets()
        let result = unsafe items.withUnsafeMutableBufferPointer { buffer in
            unsafe zmq_poll(buffer.baseAddress, Int32(buffer.count), timeoutMilliseconds ?? -1)
        }
        if result >= 0 { return Int(result) }
        let code = zmq_errno()
        guard code == EINTR else { throw ZeroMQError(operation: "poll", code: code) }
        for index in unsafe items.indices { unsafe items[index].revents = 0 }
        return 0
    }

    /// What the last wait found of an item.
    package func readiness(of item: Int) -> Readiness {
        unsafe Readiness(events: items[item].revents)
    }

    /// A closed socket's pointer must not reach libzmq. Its item becomes one that is never ready:
    /// `poll` ignores negative file descriptors.
    private mutating func forgetClosedSockets() {
        for (index, handle) in handles.enumerated() {
            guard let handle, unsafe handle.pointer == nil else { continue }
            handles[index] = nil
            unsafe items[index] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
        }
    }
}

extension Poller.Readiness {
    fileprivate var events: Int16 {
        var events: Int32 = 0
        if contains(.readable) { events |= ZMQ_POLLIN }
        if contains(.writable) { events |= ZMQ_POLLOUT }
        return Int16(events)
    }

    fileprivate init(events: Int16) {
        self = []
        if Int32(events) & ZMQ_POLLIN != 0 { insert(.readable) }
        if Int32(events) & ZMQ_POLLOUT != 0 { insert(.writable) }
        if Int32(events) & ZMQ_POLLERR != 0 { insert(.failed) }
    }
}
