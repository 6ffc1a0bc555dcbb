import Glibc
import TwinClient

/// Whether the ports of a cluster are free, asked before a process is started: otherwise the new
/// services would find another cluster's broker there.
enum PortCheck {
    /// Throws `unavailable` naming the port that somebody listens on.
    static func requireFree(_ options: UpOptions) throws(UpError) {
        for port in [options.port, options.port + 1] where !isFree(port) {
            throw UpError(
                .unavailable,
                "port \(port) of this machine is taken, perhaps by another twinctl up; stop that, "
                    + "or choose others with --port (services use the next one)")
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        // As the broker does: connections of an earlier one that still linger are no obstacle.
        var isOn: Int32 = 1
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                unsafe bind(descriptor, general, length)
            }
        }
        return result == 0 || errno != EADDRINUSE
    }
}
