internal import CZeroMQ
internal import Glibc

/// The one place where a return value of libzmq becomes a result or an error.
enum LibraryCall {
    /// Calls until no signal interrupts; `-1` becomes the error.
    @discardableResult
    static func check(
        _ operation: @autoclosure () -> String, endpoint: String? = nil, _ call: () -> Int32
    ) throws(ZeroMQError) -> Int32 {
        while true {
            let result = call()
            if result != -1 { return result }
            let code = zmq_errno()
            if code != EINTR {
                throw ZeroMQError(operation: operation(), endpoint: endpoint, code: code)
            }
        }
    }

    /// The same for calls that return a pointer, null for an error.
    static func check(
        _ operation: @autoclosure () -> String, _ call: () -> UnsafeMutableRawPointer?
    ) throws(ZeroMQError) -> UnsafeMutableRawPointer {
        guard let pointer = unsafe call() else {
            throw ZeroMQError(operation: operation(), code: zmq_errno())
        }
        return unsafe pointer
    }

    /// Calls until no signal interrupts; returns the result, or the `errno` where it is `-1`. For
    /// calls that fail as a matter of course, such as sending to a full queue.
    static func attempt(_ call: () -> Int32) -> Attempt {
        while true {
            let result = call()
            if result != -1 { return .returned(result) }
            let code = zmq_errno()
            if code != EINTR { return .failed(code) }
        }
    }

    enum Attempt {
        case returned(Int32)
        case failed(Int32)
    }
}
