import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// How one report a message is written.
enum ReportForm: String, ExpressibleByArgument, CaseIterable {
    /// A packed batch of one, as an agent sends it.
    case packed
    /// A map with names, as people type it.
    case map

    /// The report of one server, addressed to its twin.
    func message(
        of server: Fleet.Server
    ) throws -> (destination: [UInt8], content: LeanFlood.Content) {
        let destination = Array("server/\(server.key)".utf8)
        switch self {
        case .packed:
            return (destination, .batch(try PreparedBatch(of: [server], now: ClientTime.wall)))
        case .map:
            let metrics = Dictionary(
                uniqueKeysWithValues: Fleet.metrics.map { ($0.name, Optional(Double($0.value))) })
            let report = ReportRequest(metrics: metrics, intervalSeconds: 10)
            return (destination, .fixed(.report, Payload.pack(report)))
        }
    }

    /// An answer of the size that the cluster's has.
    var answer: [UInt8] {
        get throws {
            switch self {
            case .packed:
                var answer = ReportBatchReply()
                answer.take(.accepted)
                return Payload.pack(answer)
            case .map:
                return Payload.pack(
                    ReportReply(
                        address: TwinAddress(tier: .server, key: try TwinKey("bench-r0-s0")),
                        outcome: .accepted, position: Position(rawValue: 1_000)))
            }
        }
    }
}
