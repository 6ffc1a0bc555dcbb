import Testing
import ZeroMQ

@Suite struct SocketTests {
    let context: Context

    init() throws { context = try Context() }

    @Test("A DEALER and a ROUTER exchange messages of several frames", arguments: endpoints)
    func roundTrip(endpoint: String) throws {
        var router = try Socket(.router, in: context)
        try router.bind(endpoint)
        var dealer = try Socket(.dealer, in: context)
        try dealer.connect(router.boundEndpoint)

        let request = [frame("server/a"), [], frame("payload")]
        #expect(try dealer.send(request) == .sent)
        let received = try #require(try nextMessage(on: &router))
        #expect(Array(received.dropFirst()) == request)

        #expect(try router.send([received[0], frame("answer")]) == .sent)
        #expect(try nextMessage(on: &dealer) == [frame("answer")])
    }

    @Test("A REQ socket's empty delimiter reaches the ROUTER and takes the answer back")
    func request() throws {
        var router = try Socket(.router, in: context)
        try router.bind("inproc://request")
        var req = try Socket(.req, in: context)
        try req.connect("inproc://request")

        #expect(try req.send([frame("question")]) == .sent)
        let received = try #require(try nextMessage(on: &router))
        #expect(received.count == 3 && received[1] == [])
        #expect(try router.send([received[0], [], frame("answer")]) == .sent)
        #expect(try nextMessage(on: &req) == [frame("answer")])
    }

    @Test("A message to a peer that the ROUTER does not know is unreachable, and the next one goes")
    func unreachable() throws {
        var router = try Socket(.router, in: context)
        try router.bind("inproc://unreachable")
        var dealer = try Socket(.dealer, in: context)
        try dealer.connect("inproc://unreachable")
        #expect(try router.send([frame("nobody"), frame("x"), frame("y")]) == .unreachable)

        #expect(try dealer.send([frame("hello")]) == .sent)
        let received = try #require(try nextMessage(on: &router))
        #expect(try router.send([received[0], frame("z")]) == .sent)
        #expect(try nextMessage(on: &dealer) == [frame("z")])
    }

    @Test("A queue takes its length of messages, however much was read of those before")
    func wholeQueue() throws {
        let length = 100
        var options = SocketOptions()
        options.sendQueueMax = length
        options.receiveQueueMax = 1
        var router = try Socket(.router, in: context, options: options)
        try router.bind("inproc://whole-queue")
        var dealer = try Socket(.dealer, in: context, options: options)
        try dealer.connect("inproc://whole-queue")
        #expect(try dealer.send([frame("hello")]) == .sent)
        let peer = try #require(try nextMessage(on: &router))[0]

        var unread = 0
        for some in 1..<length {
            while unread < length {
                try #require(try router.send([peer, frame("answer")]) == .sent, "\(some)")
                unread += 1
            }
            for _ in 0..<some { #expect(try nextMessage(on: &dealer) == [frame("answer")]) }
            unread -= some
        }
    }

    @Test("A peer that has gone becomes unreachable")
    func goneAway() throws {
        var router = try Socket(.router, in: context)
        try router.bind("tcp://127.0.0.1:*")
        var peer: [UInt8] = []
        do {
            var dealer = try Socket(.dealer, in: context)
            try dealer.connect(router.boundEndpoint)
            #expect(try dealer.send([frame("hello")]) == .sent)
            peer = try #require(try nextMessage(on: &router))[0]
        }
        var sent = Socket.Sent.sent
        var attempts = 0
        while sent != .unreachable, attempts < patienceMilliseconds {
            sent = try router.send([peer, frame("x")])
            // Its poller lets libzmq notice the closed connection.
            #expect(try nextMessage(on: &router, withinMilliseconds: 1) == nil)
            attempts += 1
        }
        #expect(sent == .unreachable)
    }

    @Test("A full queue is an answer, on both kinds, and nothing of the message was sent")
    func wouldBlock() throws {
        var options = SocketOptions()
        options.sendQueueMax = 2
        options.receiveQueueMax = 2
        var router = try Socket(.router, in: context, options: options)
        try router.bind("inproc://full")
        var dealer = try Socket(.dealer, in: context, options: options)
        try dealer.connect("inproc://full")

        let many = 100
        var queued = 0
        while queued < many, try dealer.send([frame("a"), frame("b")]) == .sent { queued += 1 }
        #expect(queued > 0 && queued < many)
        var peer: [UInt8] = []
        for _ in 0..<queued {
            let received = try #require(try nextMessage(on: &router))
            peer = received[0]
            #expect(Array(received.dropFirst()) == [frame("a"), frame("b")])
        }
        #expect(try nextMessage(on: &router, withinMilliseconds: 0) == nil)

        queued = 0
        while queued < many, try router.send([peer, frame("c")]) == .sent { queued += 1 }
        #expect(queued > 0 && queued < many)
        #expect(try router.send([peer, frame("c")]) == .wouldBlock)
    }

    @Test("A DEALER without a peer would block")
    func noPeer() throws {
        var dealer = try Socket(.dealer, in: context)
        #expect(try dealer.send([frame("x")]) == .wouldBlock)
    }

    @Test(
        "Too many frames are counted and dropped; the sender is known, the next message whole"
    )
    func tooManyFrames() throws {
        var options = SocketOptions()
        options.framesMax = 4
        var router = try Socket(.router, in: context, options: options)
        try router.bind("inproc://frames")
        var dealer = try Socket(.dealer, in: context)
        try dealer.connect("inproc://frames")
        _ = try dealer.send([[UInt8]](repeating: frame("x"), count: 50))
        _ = try dealer.send([frame("fine")])

        var message = Message()
        #expect(try router.receive(into: &message) == .tooManyFrames(51))
        #expect(message.frameCount == 4)
        let peer = message.bytes(0)
        #expect(try router.receive(into: &message) == .message)
        #expect(message.bytes(0) == peer)
        #expect(message.bytes(1) == frame("fine"))
        #expect(try router.receive(into: &message) == .none)
        #expect(message.frameCount == 0)
    }

    @Test("A frame above the size limit costs its sender the connection and nobody else")
    func frameTooLarge() throws {
        var options = SocketOptions()
        options.frameBytesMax = 1000
        var router = try Socket(.router, in: context, options: options)
        try router.bind("tcp://127.0.0.1:*")
        var quick = SocketOptions()
        quick.reconnectIntervalMilliseconds = 1
        var large = try Socket(.dealer, in: context, options: quick)
        try large.connect(router.boundEndpoint)
        var small = try Socket(.dealer, in: context)
        try small.connect(router.boundEndpoint)

        _ = try large.send([[UInt8](repeating: 0, count: 1001)])
        _ = try small.send([[UInt8](repeating: 1, count: 1000)])
        #expect(try nextMessage(on: &router)?[1].count == 1000)

        // What shares the connection with the large frame is lost with it, so it is said again.
        var answer: [[UInt8]]?
        var attempts = 0
        while answer == nil, attempts < patienceMilliseconds {
            _ = try large.send([frame("back")])
            answer = try nextMessage(on: &router, withinMilliseconds: 10)
            attempts += 1
        }
        #expect(answer?[1] == frame("back"))
    }

    @Test("A taken port is an error that names the endpoint")
    func takenPort() throws {
        var first = try Socket(.router, in: context)
        try first.bind("tcp://127.0.0.1:*")
        let endpoint = try first.boundEndpoint
        var second = try Socket(.router, in: context)
        do {
            try second.bind(endpoint)
            Issue.record("bound \(endpoint) twice")
        } catch {
            #expect(error.isAddressInUse)
            #expect(error.endpoint == endpoint)
            #expect(error.description == "bind \(endpoint): Address already in use (errno 98)")
        }
    }

    @Test("An endpoint that is none is an error that names it", arguments: ["nowhere", "tcp://x"])
    func badEndpoint(endpoint: String) throws {
        var socket = try Socket(.dealer, in: context)
        do {
            try socket.connect(endpoint)
            Issue.record("connected to \(endpoint)")
        } catch {
            #expect(error.operation == "connect" && error.endpoint == endpoint)
        }
    }

    @Test("A disconnected DEALER has nobody to send to")
    func disconnected() throws {
        var router = try Socket(.router, in: context)
        try router.bind("tcp://127.0.0.1:*")
        let endpoint = try router.boundEndpoint
        var dealer = try Socket(.dealer, in: context)
        try dealer.connect(endpoint)
        try dealer.disconnect(endpoint)
        #expect(try dealer.send([frame("x")]) == .wouldBlock)
    }

    @Test("A message without frames is refused")
    func noFrames() throws {
        var dealer = try Socket(.dealer, in: context)
        #expect(throws: ZeroMQError.self) { _ = try dealer.send(Message()) }
    }

    @Test("The frames of a message are views of what was appended, also when it is used again")
    func messageFrames() {
        var message = Message()
        for _ in 0..<2 {
            message.removeAll()
            message.append(utf8: "rack/ä")
            message.appendEmpty()
            message.append([1, 2, 3].span)
            #expect(message.frameCount == 3 && message.byteCount == 10)
            #expect(message.bytes(0) == frame("rack/ä"))
            #expect(message.frame(1).count == 0)
            #expect(message.frame(2)[2] == 3)
        }
        #expect(message == Message([frame("rack/ä"), [], [1, 2, 3]]))
    }
}
