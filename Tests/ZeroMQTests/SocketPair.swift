import Testing
import ZeroMQ

/// Longest wait for what must happen; a test that works never waits so long.
let patienceMilliseconds = 5000

/// Longest wait for what must not happen.
let silenceMilliseconds = 300

/// Waits for the next message; nil when none comes in time.
func nextMessage(
    on socket: inout Socket, withinMilliseconds timeout: Int = patienceMilliseconds
) throws -> [[UInt8]]? {
    var poller = Poller()
    _ = poller.add(socket)
    _ = try poller.wait(timeoutMilliseconds: timeout)
    var message = Message()
    guard try socket.receive(into: &message) != .none else { return nil }
    return (0..<message.frameCount).map { message.bytes($0) }
}

/// A frame of text.
func frame(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Where tests bind: any free port, or a name that is unique to the context.
let endpoints = ["tcp://127.0.0.1:*", "tcp://[::1]:*", "inproc://test"]
