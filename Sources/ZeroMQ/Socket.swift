internal import CZeroMQ
internal import Glibc

/// One end of ZeroMQ connections. It owns the C socket: when the value is gone, the socket is
/// closed.
///
/// One thread at a time may use a socket and the pollers it was added to, and the compiler sees to
/// it: neither is `Sendable`, so a socket moves to another thread only as `sending` (through a
/// `Mutex`, say) and before it was added to a poller. No call blocks.
@safe
package struct Socket: ~Copyable {
    package enum Kind: Sendable {
        /// Sends to its peers in turn and receives from all.
        case dealer
        /// Receives with the sender's routing id as first frame, sends to the peer named by the
        /// first frame. Always mandatory: an unknown peer is a result, not a silent loss.
        case router
        /// Strictly request, reply. Prefixes an empty frame.
        case req
        /// One peer: wake-ups between threads over `inproc`.
        case pair
    }

    /// What became of a message.
    package enum Sent: Sendable {
        case sent
        /// The queue is full, or nobody is connected: nothing was sent.
        case wouldBlock
        /// The ROUTER knows no such peer: nothing was sent.
        case unreachable
    }

    /// What was in the queue.
    package enum Received: Hashable, Sendable {
        case none
        case message
        /// A message of so many frames, more than `SocketOptions.framesMax`. The first ones are in
        /// the message, enough to answer the sender; the others are dropped.
        case tooManyFrames(Int)
    }

    let handle: SocketHandle
    private let framesMax: Int

    /// Opens a socket and sets its options. It takes no part in anything before it binds or
    /// connects.
    package init(
        _ kind: Kind, in context: Context, options: SocketOptions = SocketOptions()
    ) throws(ZeroMQError) {
        let handle = try SocketHandle(kind.code, in: context)
        let setter = OptionSetter(handle: handle)
        try setter.apply(options)
        if kind == .router { try setter.set(ZMQ_ROUTER_MANDATORY, 1, "mandatory routing") }
        self.handle = handle
        framesMax = options.framesMax
    }

    deinit { handle.close() }

    /// Accepts peers at an endpoint: `tcp://127.0.0.1:7700`, `tcp://[::1]:*`, `inproc://name`.
    package mutating func bind(_ endpoint: String) throws(ZeroMQError) {
        try LibraryCall.check("bind", endpoint: endpoint) {
            unsafe endpoint.withCString { unsafe zmq_bind(handle.pointer, $0) }
        }
    }

    /// Connects in the background, again and again, for as long as the socket lives.
    package mutating func connect(_ endpoint: String) throws(ZeroMQError) {
        try LibraryCall.check("connect", endpoint: endpoint) {
            unsafe endpoint.withCString { unsafe zmq_connect(handle.pointer, $0) }
        }
    }

    /// Ends one connection. What is queued toward it lingers as the options say.
    package mutating func disconnect(_ endpoint: String) throws(ZeroMQError) {
        try LibraryCall.check("disconnect", endpoint: endpoint) {
            unsafe endpoint.withCString { unsafe zmq_disconnect(handle.pointer, $0) }
        }
    }

    /// The endpoint last bound, with the port the system chose for `*`.
    package var boundEndpoint: String {
        get throws(ZeroMQError) {
            var text = [UInt8](repeating: 0, count: Self.endpointBytesMax)
            var count = text.count
            try LibraryCall.check("get bound endpoint") {
                unsafe zmq_getsockopt(handle.pointer, ZMQ_LAST_ENDPOINT, &text, &count)
            }
            // The count includes the terminating zero.
            return String(decoding: text.prefix(max(0, count - 1)), as: UTF8.self)
        }
    }

    private static let endpointBytesMax = 1024
}

// MARK: - Sending

extension Socket {
    /// Queues the message as a whole or not at all, and returns at once. Copies every frame.
    package mutating func send(_ message: borrowing Message) throws(ZeroMQError) -> Sent {
        guard message.frameCount > 0 else {
            throw ZeroMQError(operation: "send a message without frames", code: EINVAL)
        }
        let last = message.frameCount - 1
        var refused: Sent?
        for index in 0...last {
            let flags = ZMQ_DONTWAIT | (index < last ? ZMQ_SNDMORE : 0)
            var attempt = send(message.frame(index), flags: flags)
            if index == 0, case .failed(EAGAIN) = attempt {
                try hearPeers()
                attempt = send(message.frame(index), flags: flags)
            }
            switch attempt {
            case .returned: break
            case .failed(let code):
                refused = try refusal(code)
                // After the first frame this means that the peer went away in mid-message: libzmq
                // has rolled it back and drops frames up to the last, which it must therefore be
                // given.
                if index == 0 { return refused ?? .wouldBlock }
            }
        }
        return refused ?? .sent
    }

    /// Learns how far peers have read. libzmq looks only now and then while it sends, and calls a
    /// queue full that was read meanwhile; asked for a socket's state it always looks.
    private func hearPeers() throws(ZeroMQError) {
        var events: Int32 = 0
        var size = MemoryLayout<Int32>.size
        try LibraryCall.check("get events") {
            unsafe zmq_getsockopt(handle.pointer, ZMQ_EVENTS, &events, &size)
        }
    }

    /// Sends frames that are arrays already, for convenience.
    package mutating func send(_ frames: [[UInt8]]) throws(ZeroMQError) -> Sent {
        try send(Message(frames))
    }

    private func send(_ frame: Span<UInt8>, flags: Int32) -> LibraryCall.Attempt {
        unsafe frame.withUnsafeBufferPointer { bytes in
            LibraryCall.attempt {
                unsafe zmq_send(handle.pointer, bytes.baseAddress, bytes.count, flags)
            }
        }
    }

    private func refusal(_ code: Int32) throws(ZeroMQError) -> Sent {
        switch code {
        case EAGAIN: .wouldBlock
        case EHOSTUNREACH: .unreachable
        default: throw ZeroMQError(operation: "send", code: code)
        }
    }
}

// MARK: - Receiving

extension Socket {
    /// Takes the next message off the queue into `message`, replacing what it held, and returns at
    /// once. Copies every frame.
    package mutating func receive(into message: inout Message) throws(ZeroMQError) -> Received {
        message.removeAll()
        var frames = 0
        repeat {
            let attempt = LibraryCall.attempt {
                unsafe zmq_msg_recv(handle.cell, handle.pointer, ZMQ_DONTWAIT)
            }
            if case .failed(let code) = attempt {
                if code == EAGAIN, frames == 0 { return .none }
                throw ZeroMQError(operation: "receive frame \(frames + 1)", code: code)
            }
            frames += 1
            if frames <= framesMax {
                unsafe message.append(
                    UnsafeRawBufferPointer(
                        start: zmq_msg_data(handle.cell), count: zmq_msg_size(handle.cell)))
            }
        } while unsafe zmq_msg_more(handle.cell) != 0
        return frames <= framesMax ? .message : .tooManyFrames(frames)
    }
}

extension Socket.Kind {
    fileprivate var code: Int32 {
        switch self {
        case .dealer: ZMQ_DEALER
        case .router: ZMQ_ROUTER
        case .req: ZMQ_REQ
        case .pair: ZMQ_PAIR
        }
    }
}
