import TwinClient
import TwinCore
import TwinWire

/// Commissions servers again and again with other labels, one command after the other, and
/// remembers what each `ok` promised.
final class CommandLoad: Sendable {
    /// What the last `ok` of a server said.
    struct Promise: Equatable, Sendable {
        var generation: UInt64
        var round: Int
    }

    static let serversCount = 16
    /// The label that each round changes.
    static let label = "round"

    private let worker: Worker<[TwinKey: Promise]>

    init(dc: String, to endpoint: String) throws {
        let dc = try TwinKey(dc)
        let rack = try TwinKey("\(dc)-r1")
        let keys = try (1...Self.serversCount).map { try TwinKey("\(rack)-s\($0)") }
        worker = Worker("commands") { stop in
            var connection = try Connection(to: endpoint)
            var promises: [TwinKey: Promise] = [:]
            var round = 0
            while !stop.isRaised {
                round += 1
                for key in keys where !stop.isRaised {
                    let answer = try connection.ask(
                        .twin(TwinAddress(tier: .server, key: key)), .commission,
                        CommissionRequest(dc: dc, rack: rack, labels: [Self.label: "\(round)"]),
                        for: CommandDocument.self, terms: Self.terms)
                    guard answer.ok, let generation = answer.generation else {
                        throw HarnessError("\(key): an ok without a generation: \(answer)")
                    }
                    promises[key] = Promise(generation: generation, round: round)
                }
            }
            return promises
        }
    }

    /// Until it is answered, whatever happens.
    private static let terms = RetryTerms(
        timeout: nil, attemptTimeout: .seconds(1), waitsForOwner: true)

    func finish() async throws -> [TwinKey: Promise] { try await worker.finish() }
}
