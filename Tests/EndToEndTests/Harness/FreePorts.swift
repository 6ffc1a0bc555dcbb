import Glibc

/// Ports of the loopback interface that nobody listens on.
enum FreePorts {
    /// Distinct ports, drawn by the system; all are held until the last is drawn.
    static func draw(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw HarnessError("no socket: errno \(errno)") }
            sockets.append(descriptor)
            return try bindAnywhere(descriptor)
        }
    }

    private static func bindAnywhere(_ descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                let bound = unsafe bind(descriptor, generic, length)
                return bound == 0 ? unsafe getsockname(descriptor, generic, &length) : bound
            }
        }
        guard result == 0 else { throw HarnessError("no free port: errno \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }
}
