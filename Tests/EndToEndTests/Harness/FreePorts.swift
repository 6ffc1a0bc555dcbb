import Glibc
import Synchronization

/// Ports of the loopback interface that nobody listens on.
///
/// Below the range from which the system draws the ports of outgoing connections: one of those,
/// free now, may be somebody's connection a moment later. No port is given twice in a process.
enum FreePorts {
    private static let range: Range<UInt16> = 12_000..<32_000
    private static let next = Mutex(UInt16.random(in: range))

    static func draw(_ count: Int) throws -> [UInt16] {
        var ports: [UInt16] = []
        for _ in range where ports.count < count {
            let port = next.withLock { next in
                defer { next = next + 1 < range.upperBound ? next + 1 : range.lowerBound }
                return next
            }
            if try isFree(port) { ports.append(port) }
        }
        guard ports.count == count else {
            throw HarnessError("wanted \(count) free ports in \(range), found \(ports.count)")
        }
        return ports
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket: errno \(errno)") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        address.sin_port = port.bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length)
            }
        }
        return result == 0
    }
}
