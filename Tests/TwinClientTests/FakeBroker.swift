import Foundation
import Msgpack
import Synchronization
import TwinCore
import TwinWire
import ZeroMQ

/// A broker of the tests: a ROUTER on a thread of its own that answers what a closure says.
final class FakeBroker: Sendable {
    struct Request: Sendable {
        let destination: String
        let envelope: Envelope
        let payload: [UInt8]

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try Payload.unpack(type, from: payload.span, of: envelope.type)
        }
    }

    enum Answer: Sendable {
        case reply([UInt8])
        case refuse(Refusal)
        /// These frames, as they are.
        case frames([[UInt8]])
        /// Nothing, ever.
        case silence
        /// Nothing yet: the closure is asked about the same request again and again.
        case later

        static func document(_ value: some Encodable) -> Answer { .reply(Payload.pack(value)) }
    }

    let endpoint: String
    private let isStopped = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// Binds and serves from here on. `answer` is called on the broker's thread.
    init(
        at endpoint: String = "tcp://127.0.0.1:*", answer: @escaping @Sendable (Request) -> Answer
    ) throws {
        var socket = try Socket(.router, in: Context())
        try socket.bind(endpoint)
        self.endpoint = try socket.boundEndpoint
        let handover = Mutex<Socket?>(socket)
        let boxed = SocketBox(handover)
        let thread = Thread { [isStopped = StopFlag(self), ended] in
            if let socket = boxed.take() {
                FakeBroker.serve(socket, isStopped: isStopped, answer: answer)
            }
            ended.signal()
        }
        thread.start()
    }

    /// Ends it, as a kill would: connections break, what was held is lost.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
        ended.signal()
    }

    deinit { isStopped.store(true, ordering: .relaxed) }

    private struct StopFlag: Sendable {
        weak let broker: FakeBroker?

        init(_ broker: FakeBroker) { self.broker = broker }

        var isSet: Bool { broker?.isStopped.load(ordering: .relaxed) ?? true }
    }

    private final class SocketBox: Sendable {
        private let socket: Mutex<Socket?>

        init(_ socket: consuming sending Mutex<Socket?>) { self.socket = socket }

        func take() -> sending Socket? { socket.withLock { $0.take() } }
    }

    private static func serve(
        _ socket: consuming Socket, isStopped: StopFlag,
        answer: (Request) -> Answer
    ) {
        var socket = socket
        var poller = Poller()
        _ = poller.add(socket)
        var message = Message()
        var held: [(peer: [UInt8], request: Request)] = []
        do {
            while !isStopped.isSet {
                _ = try poller.wait(timeoutMilliseconds: 5)
                while case .message = try socket.receive(into: &message) {
                    guard message.frameCount == 4 else { continue }
                    let request = Request(
                        destination: String(decoding: message.bytes(1), as: UTF8.self),
                        envelope: try Envelope(message.frame(2)), payload: message.bytes(3))
                    held.append((message.bytes(0), request))
                }
                var stillHeld: [(peer: [UInt8], request: Request)] = []
                for (peer, request) in held {
                    let frames: [[UInt8]]
                    switch answer(request) {
                    case .silence: continue
                    case .later:
                        stillHeld.append((peer, request))
                        continue
                    case .frames(let given): frames = given
                    case .reply(let payload):
                        frames = [request.envelope.reply(request.envelope.type).packed, payload]
                    case .refuse(let refusal):
                        frames = [
                            request.envelope.reply(.refused).packed,
                            Payload.pack(RefusalPayload(refusal)),
                        ]
                    }
                    _ = try socket.send([peer] + frames)
                }
                held = stillHeld
            }
        } catch {
            print("fake broker: \(error)")
        }
    }
}
