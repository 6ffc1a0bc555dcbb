import Foundation
import Glibc

/// A TCP connection that speaks ZMTP 3.1 by hand, as far as its test wants: right, wrong, or in
/// the middle of a word. (https://rfc.zeromq.org/spec/37)
final class RawPeer {
    private let descriptor: Int32

    /// Connects to a `tcp://127.0.0.1:PORT` endpoint.
    /// - Parameters:
    ///   - patience: after so many seconds reads and writes give up.
    ///   - receiveBytes: what the kernel keeps for us unread; nil = as much as it likes, which may
    ///     grow to tens of megabytes.
    init(_ endpoint: String, patience: Int = 5, receiveBytes: Int32? = nil) throws {
        guard let text = endpoint.split(separator: ":").last, let port = UInt16(text) else {
            throw HarnessError("\(endpoint): wanted a port at its end")
        }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket: errno \(errno)") }
        var time = timeval(tv_sec: patience, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBytes {
            unsafe setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBytes,
                socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw HarnessError("\(endpoint) cannot be reached: errno \(code)")
        }
    }

    deinit { close(descriptor) }

    /// Ends the connection; what comes afterwards fails.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// A peer whose handshake is over.
    static func greeted(
        _ endpoint: String, identity: [UInt8] = [], patience: Int = 5, receiveBytes: Int32? = nil
    ) throws -> RawPeer {
        let peer = try RawPeer(endpoint, patience: patience, receiveBytes: receiveBytes)
        guard peer.send(Self.greeting), try peer.read(Self.greeting.count) != nil,
            peer.send(Self.ready(identity: identity)), try peer.frame() != nil
        else { throw HarnessError("\(endpoint): no handshake") }
        return peer
    }

    // MARK: ZMTP

    /// Signature, version 3.1, mechanism NULL, a client.
    static let greeting: [UInt8] =
        [0xFF] + [UInt8](repeating: 0, count: 8) + [0x7F, 3, 1] + Array("NULL".utf8)
        + [UInt8](repeating: 0, count: 16 + 1 + 31)

    private static func ready(identity: [UInt8]) -> [UInt8] {
        var body: [UInt8] = [5] + Array("READY".utf8)
        for (name, value) in [("Socket-Type", Array("DEALER".utf8)), ("Identity", identity)] {
            body += [UInt8(name.utf8.count)] + Array(name.utf8)
            body += [0, 0, 0, UInt8(value.count)] + value
        }
        return [Self.command, UInt8(body.count)] + body
    }

    private static let more: UInt8 = 1
    private static let long: UInt8 = 2
    private static let command: UInt8 = 4

    /// The bytes of one message.
    static func message(_ frames: [[UInt8]]) -> [UInt8] {
        frames.enumerated().flatMap { index, frame in
            head(count: frame.count, hasMore: index < frames.count - 1) + frame
        }
    }

    /// What announces a frame of so many bytes, which need not follow.
    static func head(count: Int, hasMore: Bool) -> [UInt8] {
        let flags = hasMore ? more : 0
        guard count > 255 else { return [flags, UInt8(count)] }
        return [flags | long] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
    }

    // MARK: bytes

    /// False when the other side took no more, or is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor, buffer.baseAddress.map { unsafe $0 + sent }, buffer.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next frame; nil when the connection ended or nothing came in time.
    func frame() throws -> (flags: UInt8, bytes: [UInt8])? {
        guard let head = try read(2) else { return nil }
        var count = Int(head[1])
        if head[0] & Self.long != 0 {
            guard let rest = try read(7) else { return nil }
            count = ([head[1]] + rest).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let bytes = try read(count) else { return nil }
        return (head[0], bytes)
    }

    /// The frames of the next message; nil when the connection ended or nothing came in time.
    func message() throws -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        while let (flags, bytes) = try frame() {
            if flags & Self.command != 0 { continue }
            frames.append(bytes)
            if flags & Self.more == 0 { return frames }
        }
        return nil
    }

    private func read(_ count: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var found = 0
        while found < count {
            let part = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(
                    descriptor, buffer.baseAddress.map { unsafe $0 + found }, count - found, 0)
            }
            guard part > 0 else { return nil }
            found += part
        }
        return bytes
    }
}
