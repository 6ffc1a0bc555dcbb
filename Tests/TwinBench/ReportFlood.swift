import TwinClient
import TwinCore
import TwinWire

/// Keeps every server instance busy with packed batches and counts what became durable.
struct ReportFlood {
    private var batches: [(owner: InstanceName, batch: PreparedBatch)] = []
    /// By owner: the numbers of its batches, sent in turn.
    private var rounds: [[Int]] = []
    private var nextInRound: [Int] = []
    /// By owner: batches on their way.
    private var underWay: [Int] = []
    private var sentByRequest: [UInt64: (owner: Int, count: Int)] = [:]
    private let inFlight: Int

    init(of fleet: Fleet, batch: Int, inFlight: Int) throws {
        self.inFlight = inFlight
        for owner in fleet.owners {
            let servers = fleet.servers.filter { $0.owner == owner }
            var numbers: [Int] = []
            for first in stride(from: 0, to: servers.count, by: batch) {
                numbers.append(batches.count)
                let part = servers[first..<min(first + batch, servers.count)]
                batches.append((owner, try PreparedBatch(of: part, now: ClientTime.wall)))
            }
            rounds.append(numbers)
            nextInRound.append(0)
            underWay.append(0)
        }
    }

    /// Sends for so many seconds; gives the reports that became durable in each.
    @discardableResult
    mutating func run(seconds: Int, over connection: inout Connection) throws -> [Int] {
        var rates: [Int] = []
        var taken = 0
        let began = ClientTime.monotonicMilliseconds
        for owner in rounds.indices { try refill(owner, over: &connection) }
        while rates.count < seconds {
            let endOfSecond = began + Int64(rates.count + 1) * 1_000
            if let completion = try connection.nextCompletion(byMilliseconds: endOfSecond) {
                let owner = sentByRequest[completion.id]?.owner
                taken += try settle(completion)
                if let owner { try refill(owner, over: &connection) }
            }
            guard ClientTime.monotonicMilliseconds >= endOfSecond else { continue }
            rates.append(taken)
            taken = 0
        }
        return rates
    }

    /// Waits for the batches that are still on their way.
    mutating func finish(over connection: inout Connection) throws {
        while !sentByRequest.isEmpty {
            if let completion = try connection.nextCompletion(byMilliseconds: .max) {
                _ = try settle(completion)
            }
        }
    }

    private mutating func refill(_ owner: Int, over connection: inout Connection) throws {
        while underWay[owner] < inFlight {
            let number = rounds[owner][nextInRound[owner]]
            nextInRound[owner] = (nextInRound[owner] + 1) % rounds[owner].count
            let payload = batches[number].batch.payload(at: ClientTime.wall)
            let id = connection.submit(
                ClientRequest(
                    .instance(.server, batches[number].owner), .reportBatch, payload: payload,
                    terms: Fleet.patientTerms))
            sentByRequest[id] = (owner, batches[number].batch.count)
            underWay[owner] += 1
        }
    }

    /// - Returns: the reports that are durable by this answer.
    private mutating func settle(_ completion: Completion) throws -> Int {
        guard let sent = sentByRequest.removeValue(forKey: completion.id) else { return 0 }
        underWay[sent.owner] -= 1
        let reply = try completion.result.get().decode(ReportBatchReply.self)
        // A batch whose answer was lost is sent again, and then all of it is there already.
        let taken = reply.accepted + reply.late
        guard reply.ok, taken + reply.duplicate == sent.count else {
            throw BenchError(
                "wanted \(sent.count) reports taken, found \(reply.accepted) accepted, "
                    + "\(reply.late) late, \(reply.duplicate) duplicate, \(reply.tooOld) too old, "
                    + "\(reply.refusedCount) refused: \(reply.refused.first?.message ?? "")")
        }
        return taken
    }
}
