internal import TwinClient
internal import TwinCore
internal import TwinWire

/// An agent's line to the broker: made when there is something to send, given up when broken.
struct BrokerLink: ~Copyable {
    private let endpoint: String
    private let destination: Destination
    private let stop: StopFlag
    private var connection: Connection?
    private var pending: UInt64?

    init(endpoint: String, server: TwinKey, stop: StopFlag) {
        self.endpoint = endpoint
        self.stop = stop
        destination = .twin(TwinAddress(tier: .server, key: server))
    }

    /// Sent once: the agent itself sends again, over a new connection.
    private static let terms = RetryTerms(isRepeatable: false)

    /// True from `send` to the end of what was sent.
    var isBusy: Bool { pending != nil }

    /// Begins to send a batch; `nextEnd` tells how it ended.
    mutating func send(_ payload: [UInt8]) throws(ClientError) {
        if connection == nil {
            var new = try Connection(to: endpoint)
            new.isInterrupted = { [stop] in stop.isRequested }
            connection = consume new
        }
        pending = connection?.submit(
            ClientRequest(destination, .reportBatch, payload: payload, terms: Self.terms))
    }

    /// Waits for the end of the batch; nil when the time (monotonic milliseconds) came first.
    mutating func nextEnd(byMilliseconds limit: Int64) throws(ClientError) -> BatchEnd? {
        guard let completion = try connection?.nextCompletion(byMilliseconds: limit),
            completion.id == pending
        else { return nil }
        pending = nil
        do throws(ClientError) {
            return BatchEnd(.success(try completion.result.get().decode(ReportBatchReply.self)))
        } catch {
            return BatchEnd(.failure(error))
        }
    }

    mutating func disconnect() {
        connection = nil
        pending = nil
    }
}
