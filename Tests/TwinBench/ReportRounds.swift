import TwinClient
import TwinCore
import TwinWire

/// The same servers report again and again, all of them at once, well or with one fault.
///
/// The batches of a round are on their way together; `settle` takes the answers that are there.
struct ReportRounds {
    /// The fault is a power supply that is off: what a rack can explain, judged at once, by the
    /// second report that shows it.
    static let metrics = Fleet.metrics + [(name: "hw.power_supply.ok", value: Float(1))]
    static let faultyMetrics = Fleet.metrics + [(name: "hw.power_supply.ok", value: Float(0))]

    private var healthy: [(owner: InstanceName, batch: PreparedBatch)] = []
    private var faulty: [(owner: InstanceName, batch: PreparedBatch)] = []
    private var underWay: Set<UInt64> = []

    init(of servers: [Fleet.Server], intervalSeconds: Int, batch: Int = 1_000) throws {
        let profile = Fleet.reporter(intervalSeconds: intervalSeconds)
        for owner in Set(servers.map(\.owner)).sorted() {
            let own = servers.filter { $0.owner == owner }
            for first in stride(from: 0, to: own.count, by: batch) {
                let part = own[first..<min(first + batch, own.count)]
                for (metrics, place) in [
                    (Self.metrics, \Self.healthy), (Self.faultyMetrics, \Self.faulty),
                ] {
                    let packed = try PreparedBatch(
                        of: part, metrics: metrics, profile: profile, now: ClientTime.wall)
                    self[keyPath: place].append((owner, packed))
                }
            }
        }
    }

    /// Sends one report of each server.
    mutating func send(isFaulty: Bool, over connection: inout Connection) {
        let place = isFaulty ? \Self.faulty : \Self.healthy
        for index in self[keyPath: place].indices {
            let payload = self[keyPath: place][index].batch.payload(at: ClientTime.wall)
            let id = connection.submit(
                ClientRequest(
                    .instance(.server, self[keyPath: place][index].owner), .reportBatch,
                    payload: payload, terms: Fleet.patientTerms))
            underWay.insert(id)
        }
    }

    /// True when the completion was one of ours; throws when a report was refused.
    mutating func settle(_ completion: Completion) throws -> Bool {
        guard underWay.remove(completion.id) != nil else { return false }
        let reply = try completion.result.get().decode(ReportBatchReply.self)
        guard reply.ok else {
            throw BenchError("a report was refused: \(reply.refused.first?.message ?? "")")
        }
        return true
    }
}
