import Glibc
import TwinClient
import TwinCore
import TwinWire

/// Sends reports at times fixed in advance and takes the time until each `ok`.
struct ReportPace {
    private var batches: [(owner: InstanceName, batch: PreparedBatch)] = []
    private var next = 0
    private let intervalNanoseconds: Int64
    private var scheduledByRequest: [UInt64: Int64] = [:]

    /// - Parameter rate: reports a second, all messages together.
    init(of fleet: Fleet, batch: Int, rate: Int) throws {
        intervalNanoseconds = Int64(batch) * 1_000_000_000 / Int64(rate)
        for owner in fleet.owners {
            let servers = fleet.servers.filter { $0.owner == owner }
            for first in stride(from: 0, to: servers.count, by: batch) {
                let part = servers[first..<min(first + batch, servers.count)]
                batches.append((owner, try PreparedBatch(of: part, now: ClientTime.wall)))
            }
        }
        // Neighbours in time should be neighbours neither in owner nor in shard.
        batches.shuffle()
    }

    /// Sends for so many seconds and waits for the last answer. What is due while a client's queue
    /// of messages is on its way waits here, and its time counts: beyond it the broker may have to
    /// drop answers.
    /// - Returns: the times from each scheduled moment to its `ok`.
    @discardableResult
    mutating func run(seconds: Int, over connection: inout Connection) throws -> Latencies {
        var latencies = Latencies()
        var scheduled = ClientTime.monotonicNanoseconds
        let end = scheduled + Int64(seconds) * 1_000_000_000
        while scheduled < end || !scheduledByRequest.isEmpty {
            while scheduled < end, scheduled <= ClientTime.monotonicNanoseconds,
                scheduledByRequest.count < Limits.clientQueueMessages
            {
                submit(scheduled: scheduled, over: &connection)
                scheduled += intervalNanoseconds
            }
            // Never waits for the one thing while the other is due: neither for an answer beyond
            // the next sending, nor for the clock while answers are there.
            guard let completion = try connection.nextCompletion(byMilliseconds: 0) else {
                _ = usleep(Self.restMicroseconds)
                continue
            }
            if let latency = try settle(completion) { latencies.record(nanoseconds: latency) }
        }
        return latencies
    }

    private mutating func submit(scheduled: Int64, over connection: inout Connection) {
        let payload = batches[next].batch.payload(at: ClientTime.wall)
        let id = connection.submit(
            ClientRequest(
                .instance(.server, batches[next].owner), .reportBatch, payload: payload,
                terms: Fleet.repeatingTerms))
        scheduledByRequest[id] = scheduled
        next = (next + 1) % batches.count
    }

    private mutating func settle(_ completion: Completion) throws -> Int64? {
        let reply = try completion.result.get().decode(ReportBatchReply.self)
        guard reply.ok else {
            throw BenchError("a report was refused: \(reply.refused.first?.message ?? "")")
        }
        guard let scheduled = scheduledByRequest.removeValue(forKey: completion.id) else {
            return nil
        }
        return ClientTime.monotonicNanoseconds - scheduled
    }

    /// What a latency may be in error by; waking more often would cost what is measured.
    private static let restMicroseconds: UInt32 = 100
}
