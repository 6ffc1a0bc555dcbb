import TwinClient
import TwinCore
import TwinWire

/// Closed loop of small messages: always so many are on their way, the next leaves with an answer.
struct LeanFlood: ~Copyable {
    /// One message that is sent again and again, with new times where its form has them.
    enum Content {
        case batch(PreparedBatch)
        /// Its time is the owner's when it arrives.
        case fixed(MessageType, [UInt8])
    }

    private var client: LeanClient
    private var contents: [(destination: [UInt8], content: Content)]
    private let window: Int
    private var next = 0
    private var underWay = 0

    /// - Parameter window: at most the queue of a client.
    init(
        _ contents: [(destination: [UInt8], content: Content)], window: Int, to endpoint: String
    ) throws {
        self.contents = contents
        self.window = min(window, Limits.clientQueueMessages)
        client = try LeanClient(to: endpoint)
    }

    /// Sends for so many seconds.
    /// - Returns: the answers that came in that time.
    mutating func run(seconds: Int) throws -> Int {
        var answers = 0
        let end = ClientTime.monotonicMilliseconds + Int64(seconds) * 1_000
        while ClientTime.monotonicMilliseconds < end {
            while underWay < window, try sendNext() { underWay += 1 }
            answers += try drain()
            try client.wait(milliseconds: Self.patience)
        }
        return answers
    }

    /// Waits for the answers that are still out.
    mutating func finish() throws {
        while underWay > 0 {
            try client.wait(milliseconds: Self.patience)
            _ = try drain()
        }
    }

    private static let patience = 100

    private mutating func drain() throws -> Int {
        var answers = 0
        while let answer = try client.receive() {
            if let refusal = answer.refusal { throw BenchError("refused: \(refusal.message)") }
            underWay -= 1
            answers += 1
        }
        return answers
    }

    private mutating func sendNext() throws -> Bool {
        let payload: [UInt8]
        let type: MessageType
        switch contents[next].content {
        case .fixed(let kind, let bytes): (type, payload) = (kind, bytes)
        case .batch(var batch):
            payload = batch.payload(at: ClientTime.wall)
            type = .reportBatch
            contents[next].content = .batch(batch)
        }
        let isSent = try client.send(
            to: contents[next].destination, type, id: UInt64(next), payload: payload)
        if isSent { next = (next + 1) % contents.count }
        return isSent
    }
}
