import Glibc

/// Asks an HTTP server on 127.0.0.1: no proxy settings of the machine, no library.
enum LoopbackHTTP {
    struct Failure: Swift.Error, CustomStringConvertible {
        let description: String
    }

    private static let chunkBytes = 64 << 10
    private static let answerSeconds = 10

    /// A port that nobody listened on a moment ago.
    static func freePort() throws -> UInt16 {
        let descriptor = try makeSocket()
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard result else { throw Failure(description: "no free port: errno \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    /// The body of the answer; nil while nobody listens on `port`.
    static func get(_ path: String, port: UInt16) throws -> String? {
        let descriptor = try makeSocket()
        defer { close(descriptor) }
        var address = loopback(port: port)
        let connected = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(
                    descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            if errno == ECONNREFUSED { return nil }
            throw Failure(description: "connect to 127.0.0.1:\(port): errno \(errno)")
        }
        try send("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n", to: descriptor)
        let answer = try receiveAll(from: descriptor)
        let status = answer.split(separator: "\r\n", maxSplits: 1).first ?? ""
        guard let end = answer.firstRange(of: "\r\n\r\n"), status.contains(" 200 ")
        else { throw Failure(description: "GET \(path) on port \(port): \(answer.prefix(500))") }
        return String(answer[end.upperBound...])
    }

    private static func makeSocket() throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: errno \(errno)") }
        var limit = timeval(tv_sec: answerSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        return descriptor
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func send(_ request: String, to descriptor: CInt) throws {
        let bytes = Array(request.utf8)
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
        }
        guard count == bytes.count else { throw Failure(description: "send: errno \(errno)") }
    }

    private static func receiveAll(from descriptor: CInt) throws -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            }
            guard count >= 0 else { throw Failure(description: "receive: errno \(errno)") }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
