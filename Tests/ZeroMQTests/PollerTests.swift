import Foundation
import Synchronization
import Testing
import ZeroMQ

@Suite struct PollerTests {
    let context: Context

    init() throws { context = try Context() }

    /// A socket on its way to another thread.
    final class Handover: Sendable {
        let socket: Mutex<Socket?>

        init(_ socket: consuming sending Socket) { self.socket = Mutex(consume socket) }

        func take() -> sending Socket? { socket.withLock { $0.take() } }
    }

    @Test("A message from another thread wakes a poller that waits for ever")
    func wakeUp() throws {
        var waiting = try Socket(.pair, in: context)
        try waiting.bind("inproc://wake")
        var waking = try Socket(.pair, in: context)
        try waking.connect("inproc://wake")
        let handover = Handover(waking)
        Thread.detachNewThread {
            guard var socket = handover.take() else { return }
            do {
                _ = try socket.send([[1]])
            } catch {
                Issue.record(error)
            }
        }
        var poller = Poller()
        let item = poller.add(waiting)
        #expect(try poller.wait(timeoutMilliseconds: nil) == 1)
        #expect(poller.readiness(of: item) == .readable)
        #expect(try nextMessage(on: &waiting) == [[1]])
    }

    @Test("A poller tells which of its sockets and file descriptors are ready")
    func ready() throws {
        var descriptors: [Int32] = [-1, -1]
        #expect(unsafe pipe(&descriptors) == 0)
        defer { for descriptor in descriptors { close(descriptor) } }
        var left = try Socket(.pair, in: context)
        try left.bind("inproc://ready")
        var right = try Socket(.pair, in: context)
        try right.connect("inproc://ready")
        var poller = Poller()
        let first = poller.add(left, for: [.readable, .writable])
        let second = poller.add(right)
        let third = poller.add(fileDescriptor: descriptors[0])

        #expect(try poller.wait(timeoutMilliseconds: 0) == 1)
        #expect(poller.readiness(of: first) == .writable)

        poller.setInterest(.readable, of: first)
        #expect(try poller.wait(timeoutMilliseconds: 0) == 0)

        var byte: UInt8 = 7
        #expect(unsafe write(descriptors[1], &byte, 1) == 1)
        _ = try left.send([[1]])
        #expect(try poller.wait(timeoutMilliseconds: patienceMilliseconds) == 2)
        #expect(poller.readiness(of: first) == [])
        #expect(poller.readiness(of: second) == .readable)
        #expect(poller.readiness(of: third) == .readable)

        close(descriptors[1])
        descriptors[1] = -1
        #expect(unsafe read(descriptors[0], &byte, 1) == 1)
        #expect(try poller.wait(timeoutMilliseconds: patienceMilliseconds) == 2)
        #expect(poller.readiness(of: third).contains(.failed))
    }

    @Test("A closed socket is never ready and harms nobody")
    func closedSocket() throws {
        var poller = Poller()
        var staying = try Socket(.pair, in: context)
        try staying.bind("inproc://closed")
        var closed = -1
        do {
            var leaving = try Socket(.pair, in: context)
            try leaving.connect("inproc://closed")
            closed = poller.add(leaving, for: .writable)
            #expect(try poller.wait(timeoutMilliseconds: 0) == 1)
            _ = try leaving.send([[1]])
        }
        let open = poller.add(staying)
        #expect(try poller.wait(timeoutMilliseconds: patienceMilliseconds) == 1)
        #expect(poller.readiness(of: closed) == [])
        #expect(poller.readiness(of: open) == .readable)
        #expect(try nextMessage(on: &staying) == [[1]])
    }
}
