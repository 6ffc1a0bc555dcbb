internal import Msgpack
package import TwinCore
package import TwinWire
package import ZeroMQ

/// A client's one connection to the broker: requests out, answers in, over a DEALER socket.
///
/// Synchronous: one thread, and only the calls that say so wait. A request is sent again as its
/// terms allow (`RequestTracker`) until it is answered, refused or given up; it never hangs.
/// Messages go out only while the broker is connected, so that *nothing was sent* is known and not
/// guessed; when the connection breaks, what was on its way is sent again.
package struct Connection: ~Copyable {
    package let endpoint: String

    /// Asked between waits, at least 20 times in a second; true ends the call with `interrupted`.
    package var isInterrupted: () -> Bool = { false }

    /// Messages that no request was waiting for, or that were none of ours.
    package private(set) var ignoredMessages: UInt64 = 0

    private var socket: Socket
    private var poller = Poller()
    private var outgoing = Message()
    private var incoming = Message()
    private var packer = Packer()
    private var random = SystemRandomNumberGenerator()

    private var pending: [UInt64: PendingRequest] = [:]
    /// Ids to be sent, oldest first, from `sendQueueHead` on.
    private var sendQueue: [UInt64] = []
    private var sendQueueHead = 0
    private var completions: [Completion] = []
    private var isLinked = false
    /// The owners of all shards as last told; nil before the first question.
    var knownPlacement: Placement?
    private var nextCareMilliseconds: Int64 = 0

    /// How often the connection and the requests' times are looked after. Shorter than the time
    /// that libzmq lets pass before it connects again, so that no break goes unseen.
    private static let careIntervalMilliseconds: Int64 = 50
    private static let socketItem = 0

    /// Connects in the background to a broker that may not be there yet.
    /// - Parameter context: nil = one of its own.
    package init(to endpoint: String, in context: Context? = nil) throws(ClientError) {
        var options = SocketOptions()
        options.sendQueueMax = Limits.clientQueueMessages
        options.receiveQueueMax = Limits.clientQueueMessages
        options.frameBytesMax = Limits.frameBytesMax
        options.framesMax = Limits.framesPerMessageMax
        options.queuesOnlyToConnected = true
        options.reconnectIntervalMaxMilliseconds = Self.reconnectIntervalMaxMilliseconds
        do throws(ZeroMQError) {
            let context = if let context { context } else { try Context() }
            var socket = try Socket(.dealer, in: context, options: options)
            try socket.connect(endpoint)
            _ = poller.add(socket)
            self.socket = socket
        } catch {
            throw error.endpoint == nil
                ? .system("\(error)") : .badEndpoint(endpoint: endpoint, reason: error.sentence)
        }
        self.endpoint = endpoint
    }

    private static let reconnectIntervalMaxMilliseconds = 1_000

    /// Requests without an end.
    package var pendingCount: Int { pending.count }

    // MARK: asking

    /// Asks one thing and waits for its end.
    package mutating func request(_ request: ClientRequest) throws(ClientError) -> Reply {
        let id = submit(request)
        defer { forget(id) }
        while true {
            let completion = try nextCompletion(byMilliseconds: .max) { $0.id == id }
            if let completion { return try completion.result.get() }
        }
    }

    /// Asks one thing with a document as payload, and reads the answer as a document.
    package mutating func ask<Answer: Decodable>(
        _ destination: Destination, _ type: MessageType, _ payload: some Encodable,
        for answer: Answer.Type, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> Answer {
        try request(ClientRequest(destination, type, payload, terms: terms)).decode(answer)
    }

    /// Asks many things, at most `window` at a time, and tells each end with the request's index,
    /// in the order of the answers.
    package mutating func requestAll(
        _ requests: [ClientRequest], window: Int = Self.windowDefault,
        each: (Int, Result<Reply, ClientError>) -> Void
    ) throws(ClientError) {
        var indexByID: [UInt64: Int] = [:]
        var next = 0
        defer { for id in indexByID.keys { forget(id) } }
        while next < requests.count || !indexByID.isEmpty {
            while next < requests.count, indexByID.count < max(1, window) {
                indexByID[submit(requests[next])] = next
                next += 1
            }
            let completion = try nextCompletion(byMilliseconds: .max) { indexByID[$0.id] != nil }
            guard let completion, let index = indexByID.removeValue(forKey: completion.id)
            else { continue }
            each(index, completion.result)
        }
    }

    /// Requests on their way at once: half of the broker's queue for one client.
    package static let windowDefault = 512

    /// Begins a request and returns its id; `nextCompletion` tells its end.
    package mutating func submit(_ request: ClientRequest) -> UInt64 {
        var id: UInt64
        repeat { id = random.next() } while pending[id] != nil
        pending[id] = PendingRequest(
            request, nowMilliseconds: ClientTime.monotonicMilliseconds)
        advance(id, nowMilliseconds: ClientTime.monotonicMilliseconds)
        return id
    }

    /// Gives a request up; an answer that still comes is ignored.
    package mutating func forget(_ id: UInt64) {
        pending[id] = nil
        completions.removeAll { $0.id == id }
    }

    /// Waits for the end of some request; nil when the time (monotonic milliseconds) came first.
    ///
    /// Ends that are not wanted stay for whoever waits for them: a question asked while others are
    /// open must not swallow their answers.
    package mutating func nextCompletion(
        byMilliseconds limit: Int64, where isWanted: (Completion) -> Bool = { _ in true }
    ) throws(ClientError) -> Completion? {
        while true {
            if isInterrupted() { throw .interrupted }
            do throws(ZeroMQError) {
                let now = ClientTime.monotonicMilliseconds
                if now >= nextCareMilliseconds { try care(nowMilliseconds: now) }
                try flush()
                try drain()
                if let index = completions.firstIndex(where: isWanted) {
                    return completions.remove(at: index)
                }
                if now >= limit { return nil }
                let wait = max(0, min(limit, nextCareMilliseconds) - now)
                let hasToSend = sendQueueHead < sendQueue.count
                poller.setInterest(
                    hasToSend ? [.readable, .writable] : .readable, of: Self.socketItem)
                _ = try poller.wait(timeoutMilliseconds: Int(wait))
            } catch {
                throw .system("\(error)")
            }
        }
    }
}

// MARK: - Sending

extension Connection {
    /// Looks whether the broker is connected, and asks every request what it wants next.
    private mutating func care(nowMilliseconds: Int64) throws(ZeroMQError) {
        nextCareMilliseconds = nowMilliseconds + Self.careIntervalMilliseconds
        poller.setInterest(.writable, of: Self.socketItem)
        _ = try poller.wait(timeoutMilliseconds: 0)
        let wasLinked = isLinked
        isLinked = poller.readiness(of: Self.socketItem).contains(.writable)
        let isBroken = wasLinked && !isLinked
        for id in Array(pending.keys) {
            if isBroken {
                pending[id]?.tracker.linkLost(nowMilliseconds: nowMilliseconds, using: &random)
                advance(id, nowMilliseconds: nowMilliseconds)
            } else if let request = pending[id], nowMilliseconds >= request.dueMilliseconds {
                advance(id, nowMilliseconds: nowMilliseconds)
            }
        }
    }

    /// Does what the request's tracker says.
    private mutating func advance(_ id: UInt64, nowMilliseconds: Int64) {
        guard var request = pending[id] else { return }
        switch request.tracker.step(nowMilliseconds: nowMilliseconds, using: &random) {
        case .send:
            request.dueMilliseconds = nowMilliseconds + Self.careIntervalMilliseconds
            if !request.isQueued {
                request.isQueued = true
                sendQueue.append(id)
            }
            pending[id] = request
        case .wait(let until):
            request.dueMilliseconds = until
            pending[id] = request
        case .end(let end):
            pending[id] = nil
            completions.append(
                Completion(
                    id: id, result: .failure(request.error(of: end, endpoint: endpoint))))
        }
    }

    /// Sends what is queued, until the connection takes no more.
    private mutating func flush() throws(ZeroMQError) {
        while sendQueueHead < sendQueue.count {
            let id = sendQueue[sendQueueHead]
            if pending[id] != nil, try !send(id) { break }
            sendQueueHead += 1
        }
        if sendQueueHead == sendQueue.count {
            sendQueue.removeAll(keepingCapacity: true)
            sendQueueHead = 0
        }
    }

    private mutating func send(_ id: UInt64) throws(ZeroMQError) -> Bool {
        guard var request = pending[id] else { return true }
        let nanoseconds = ClientTime.monotonicNanoseconds
        let now = nanoseconds / 1_000_000
        let remaining = request.tracker.remaining(nowMilliseconds: now)
        packer.removeAll()
        Envelope(
            kind: .request, type: request.request.type, requestID: id,
            remainingMilliseconds: remaining.map { UInt32(clamping: $0.rawValue) }
        ).pack(into: &packer)
        outgoing.removeAll()
        outgoing.append(request.destinationBytes)
        outgoing.append(packer.bytes)
        outgoing.append(request.request.payload)
        guard try socket.send(outgoing) == .sent else { return false }
        isLinked = true
        request.isQueued = false
        request.tracker.sent(nowMilliseconds: now)
        request.sentNanoseconds = request.sentNanoseconds ?? nanoseconds
        pending[id] = request
        advance(id, nowMilliseconds: now)
        return true
    }
}

// MARK: - Receiving

extension Connection {
    /// Takes all messages that are there.
    private mutating func drain() throws(ZeroMQError) {
        while true {
            switch try socket.receive(into: &incoming) {
            case .none: return
            case .message: take()
            case .tooManyFrames: ignoredMessages += 1
            }
        }
    }

    private mutating func take() {
        guard incoming.frameCount == 2, let envelope = readEnvelope(), envelope.kind == .reply,
            var request = pending[envelope.requestID]
        else {
            ignoredMessages += 1
            return
        }
        let nanoseconds = ClientTime.monotonicNanoseconds
        let id = envelope.requestID
        guard envelope.type == .refused else {
            let sent = request.sentNanoseconds ?? nanoseconds
            let reply = Reply(
                destination: request.request.destination, type: request.request.type,
                source: envelope.source, payload: incoming.bytes(1),
                roundTripMilliseconds: Double(nanoseconds - sent) / 1_000_000)
            pending[id] = nil
            completions.append(Completion(id: id, result: .success(reply)))
            return
        }
        do throws(Refusal) {
            let payload = try Payload.unpack(
                RefusalPayload.self, from: incoming.frame(1), of: .refused)
            request.tracker.refused(
                payload.refusal, nowMilliseconds: nanoseconds / 1_000_000, using: &random)
            pending[id] = request
            advance(id, nowMilliseconds: nanoseconds / 1_000_000)
        } catch {
            pending[id] = nil
            completions.append(
                Completion(
                    id: id,
                    result: .failure(
                        .badAnswer(
                            destination: request.request.destination.description,
                            type: request.request.type, reason: error.message))))
        }
    }

    private func readEnvelope() -> Envelope? {
        do throws(Refusal) {
            return try Envelope(incoming.frame(0))
        } catch {
            // What cannot be read names no request; the caller counts it.
            return nil
        }
    }
}
