import TwinClient
import TwinCore
import TwinWire

/// Keeps every server instance busy with packed batches and counts what became durable.
struct ReportFlood {
    private var batches: [PreparedBatch] = []
    /// By owner: the numbers of its batches, sent in turn.
    private var rounds: [[Int]] = []
    private var nextInRound: [Int] = []
    private var ownerByRequest: [UInt64: Int] = [:]
    private var countByRequest: [UInt64: Int] = [:]
    private let inFlight: Int

    init(of fleet: Fleet, batch: Int, inFlight: Int) throws {
        self.inFlight = inFlight
        for owner in fleet.owners {
            let servers = fleet.servers.filter { $0.owner == owner }
            var numbers: [Int] = []
            for first in stride(from: 0, to: servers.count, by: batch) {
                numbers.append(batches.count)
                batches.append(
                    try PreparedBatch(
                        of: servers[first..<min(first + batch, servers.count)], owner: owner,
                        now: ClientTime.wall))
            }
            rounds.append(numbers)
            nextInRound.append(0)
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
                let owner = ownerByRequest[completion.id]
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
        while !ownerByRequest.isEmpty {
            if let completion = try connection.nextCompletion(byMilliseconds: .max) {
                _ = try settle(completion)
            }
        }
    }

    private mutating func refill(_ owner: Int, over connection: inout Connection) throws {
        let underWay = ownerByRequest.values.count { $0 == owner }
        for _ in underWay..<max(underWay, inFlight) {
            let number = rounds[owner][nextInRound[owner]]
            nextInRound[owner] = (nextInRound[owner] + 1) % rounds[owner].count
            let payload = batches[number].payload(at: ClientTime.wall)
            let id = connection.submit(
                ClientRequest(
                    .instance(.server, batches[number].owner), .reportBatch, payload: payload,
                    terms: Fleet.patientTerms))
            ownerByRequest[id] = owner
            countByRequest[id] = batches[number].count
        }
    }

    /// - Returns: the reports that are durable by this answer.
    private mutating func settle(_ completion: Completion) throws -> Int {
        ownerByRequest[completion.id] = nil
        let sent = countByRequest.removeValue(forKey: completion.id)
        let reply = try completion.result.get().decode(ReportBatchReply.self)
        guard reply.ok, reply.accepted + reply.late == sent else {
            throw BenchError(
                "wanted \(sent ?? 0) reports taken, found \(reply.accepted) accepted, "
                    + "\(reply.late) late, \(reply.duplicate) duplicate, \(reply.tooOld) too old, "
                    + "\(reply.refusedCount) refused: \(reply.refused.first?.message ?? "")")
        }
        return reply.accepted + reply.late
    }
}
