import Msgpack
import Synchronization
import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("A client's connection", .serialized)
struct ConnectionTests {
    private let quick = RetryTerms(
        timeout: Milliseconds(rawValue: 400), attemptTimeout: Milliseconds(rawValue: 150))

    private func ask(_ endpoint: String, _ terms: RetryTerms) throws -> Result<Reply, ClientError> {
        var connection = try Connection(to: endpoint)
        do throws(ClientError) {
            return .success(
                try connection.request(ClientRequest(.broker, .ping, terms: terms)))
        } catch {
            return .failure(error)
        }
    }

    @Test("an answer comes back with its payload and its round trip")
    func answer() throws {
        let broker = try FakeBroker { request in
            .document([request.destination, request.envelope.type.rawValue])
        }
        let reply = try ask(broker.endpoint, RetryTerms()).get()
        #expect(try reply.decode([String].self) == ["broker", "Ping"])
        #expect(reply.roundTripMilliseconds > 0)
        broker.stop()
    }

    @Test("a refusal comes back as it was sent")
    func refusal() throws {
        let refusal = Refusal(
            .conflict, "server/x is at generation 7", address: "server/x", found: "7",
            wanted: "6", hint: "twinctl get server x")
        let broker = try FakeBroker { _ in .refuse(refusal) }
        #expect(try ask(broker.endpoint, RetryTerms()) == .failure(.refused(refusal)))
        broker.stop()
    }

    @Test("nobody there is said within the time, and nothing was done")
    func nobody() throws {
        let broker = try FakeBroker { _ in .silence }
        broker.stop()
        #expect(
            try ask(broker.endpoint, quick)
                == .failure(.nobodyAnswers(endpoint: broker.endpoint, seconds: 0.4)))
    }

    @Test("silence is an unknown outcome, after repetitions with the same id")
    func silence() throws {
        let ids = Recorder<UInt64>()
        let broker = try FakeBroker { request in
            ids.add(request.envelope.requestID)
            return .silence
        }
        let terms = RetryTerms(timeout: .seconds(1), attemptTimeout: Milliseconds(rawValue: 100))
        guard case .failure(.outcomeUnknown(_, .ping, 1, let attempts)) =
            try ask(broker.endpoint, terms)
        else {
            Issue.record("no unknown outcome")
            return
        }
        broker.stop()
        #expect(attempts >= 2)
        #expect(ids.all.count == attempts && Set(ids.all).count == 1)
    }

    @Test("a broker that starts again is asked again")
    func restart() throws {
        let first = try FakeBroker { _ in .silence }
        var connection = try Connection(to: first.endpoint)
        let terms = RetryTerms(timeout: .seconds(20), attemptTimeout: .seconds(19))
        let id = connection.submit(ClientRequest(.broker, .ping, terms: terms))
        #expect(try connection.nextCompletion(byMilliseconds: later(300)) == nil)
        first.stop()
        #expect(try connection.nextCompletion(byMilliseconds: later(100)) == nil)
        let second = try FakeBroker(at: first.endpoint) { _ in .document("here") }
        let completion = try connection.nextCompletion(byMilliseconds: later(10_000))
        #expect(completion?.id == id)
        #expect(try completion?.result.get().decode(String.self) == "here")
        second.stop()
    }

    private func later(_ milliseconds: Int64) -> Int64 {
        ClientTime.monotonicMilliseconds + milliseconds
    }

    @Test("many requests are answered, each with its own answer, never more than the window")
    func many() throws {
        let broker = try FakeBroker { request in .document(request.destination) }
        var connection = try Connection(to: broker.endpoint)
        let addresses = try (0..<2_000).map {
            TwinAddress(tier: .server, key: try TwinKey("s\($0)"))
        }
        var answered = 0
        try connection.requestAll(
            addresses.map { ClientRequest(.twin($0), .ping) }, window: 64
        ) { index, result in
            answered += 1
            do throws(ClientError) {
                #expect(
                    try result.get().decode(String.self) == addresses[index].description)
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(answered == 2_000)
        #expect(connection.pendingCount == 0)
        broker.stop()
    }

    @Test("a question asked while others are open does not swallow their answers")
    func openQuestions() throws {
        let broker = try FakeBroker { request in .document(request.destination) }
        var connection = try Connection(to: broker.endpoint)
        let open = connection.submit(ClientRequest(.shard(ShardID(tier: .rack, index: 3)), .ping))
        let others = [ClientRequest(.broker, .ping), ClientRequest(.broker, .ping)]
        #expect(try connection.request(others[0]).decode(String.self) == "broker")
        try connection.requestAll(others) { _, _ in }
        let completion = try connection.nextCompletion(byMilliseconds: later(10_000))
        #expect(completion?.id == open)
        #expect(try completion?.result.get().decode(String.self) == "rack#3")
        broker.stop()
    }

    @Test("answers to nobody's question and bytes that are none are counted and ignored")
    func strangeAnswers() throws {
        let turn = Recorder<Int>()
        let broker = try FakeBroker { request in
            turn.add(0)
            switch turn.all.count {
            case 1: return .frames([[0xFF], []])
            case 2:
                return .frames([
                    Envelope(kind: .reply, type: .ping, requestID: 1).packed, [0xC0],
                ])
            case 3: return .frames([[]])
            default: return .document("right")
            }
        }
        var connection = try Connection(to: broker.endpoint)
        let reply = try connection.request(
            ClientRequest(
                .broker, .ping,
                terms: RetryTerms(
                    timeout: .seconds(20), attemptTimeout: Milliseconds(rawValue: 100))))
        #expect(try reply.decode(String.self) == "right")
        #expect(connection.ignoredMessages == 3)
        broker.stop()
    }

    @Test("what interrupts ends a wait at once")
    func interrupted() throws {
        let broker = try FakeBroker { _ in .silence }
        var connection = try Connection(to: broker.endpoint)
        connection.isInterrupted = { true }
        #expect(throws: ClientError.interrupted) {
            try connection.request(ClientRequest(.broker, .ping)).payload
        }
        broker.stop()
    }
}

/// What a closure on another thread saw.
final class Recorder<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }
}
