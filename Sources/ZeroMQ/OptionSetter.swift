internal import CZeroMQ

/// Sets options on a socket that is not in use yet.
struct OptionSetter {
    let handle: SocketHandle

    func apply(_ options: SocketOptions) throws(ZeroMQError) {
        // A reader tells how far it is only by half queues (libzmq's low water mark): of twice the
        // length at least the wanted one is always there.
        try set(ZMQ_SNDHWM, 2 * options.sendQueueMax, "send queue")
        try set(ZMQ_RCVHWM, options.receiveQueueMax, "receive queue")
        try set(ZMQ_LINGER, options.lingerMilliseconds, "linger")
        try set(ZMQ_IMMEDIATE, options.queuesOnlyToConnected ? 1 : 0, "immediate")
        try set(ZMQ_HEARTBEAT_IVL, options.heartbeatIntervalMilliseconds, "heartbeat interval")
        try set(ZMQ_HEARTBEAT_TIMEOUT, options.heartbeatTimeoutMilliseconds, "heartbeat timeout")
        try set(ZMQ_HEARTBEAT_TTL, options.heartbeatPeerTimeoutMilliseconds, "heartbeat ttl")
        try set(ZMQ_CONNECT_TIMEOUT, options.connectTimeoutMilliseconds, "connect timeout")
        try set(ZMQ_RECONNECT_IVL, options.reconnectIntervalMilliseconds, "reconnect interval")
        try set(
            ZMQ_RECONNECT_IVL_MAX, options.reconnectIntervalMaxMilliseconds,
            "reconnect interval maximum")
        try set(ZMQ_HANDSHAKE_IVL, options.handshakeTimeoutMilliseconds, "handshake timeout")
        try set(ZMQ_IPV6, options.allowsIPv6 ? 1 : 0, "IPv6")
        var frameBytesMax = Int64(options.frameBytesMax)
        try LibraryCall.check("set frame size to \(frameBytesMax)") {
            unsafe zmq_setsockopt(
                handle.pointer, ZMQ_MAXMSGSIZE, &frameBytesMax, MemoryLayout<Int64>.size)
        }
        try apply(options.curve)
    }

    private func apply(_ curve: Curve) throws(ZeroMQError) {
        switch curve {
        case .off: return
        case .server(let secretKey):
            try set(ZMQ_CURVE_SERVER, 1, "curve server")
            try set(ZMQ_CURVE_SECRETKEY, secretKey, "curve secret key")
        case .client(let keys, let serverKey):
            try set(ZMQ_CURVE_PUBLICKEY, keys.publicKey, "curve public key")
            try set(ZMQ_CURVE_SECRETKEY, keys.secretKey, "curve secret key")
            try set(ZMQ_CURVE_SERVERKEY, serverKey, "curve server key")
        }
    }

    func set(_ option: Int32, _ value: Int, _ name: String) throws(ZeroMQError) {
        var value = Int32(clamping: value)
        try LibraryCall.check("set \(name) to \(value)") {
            unsafe zmq_setsockopt(handle.pointer, option, &value, MemoryLayout<Int32>.size)
        }
    }

    private func set(_ option: Int32, _ key: CurveKey, _ name: String) throws(ZeroMQError) {
        try LibraryCall.check("set \(name)") {
            unsafe key.bytes.withUnsafeBufferPointer { bytes in
                unsafe zmq_setsockopt(handle.pointer, option, bytes.baseAddress, bytes.count)
            }
        }
    }
}
