internal import CZeroMQ
internal import Glibc

/// A libzmq call that failed: which one, on what, and what the system says about it.
///
/// A full queue and an unreachable peer are not errors but results of `send`.
package struct ZeroMQError: Error, Hashable, Sendable {
    /// What was being done, in words: "bind", "connect", "set curve key".
    package var operation: String

    /// The endpoint it was done to, where there is one.
    package var endpoint: String?

    /// The `errno` that libzmq left.
    package var code: Int32

    package init(operation: String, endpoint: String? = nil, code: Int32) {
        self.operation = operation
        self.endpoint = endpoint
        self.code = code
    }

    /// Another socket holds the address.
    package var isAddressInUse: Bool { code == EADDRINUSE }

    /// What libzmq says about the code: "Address already in use".
    package var sentence: String {
        guard let text = unsafe zmq_strerror(code) else { return "unknown error" }
        return unsafe String(cString: text)
    }
}

extension ZeroMQError: CustomStringConvertible {
    /// "bind tcp://127.0.0.1:7700: Address already in use (errno 98)".
    package var description: String {
        let place = endpoint.map { " \($0)" } ?? ""
        return "\(operation)\(place): \(sentence) (errno \(code))"
    }
}
