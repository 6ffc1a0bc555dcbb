import Foundation
import TwinClient
import TwinCore
import TwinWire

/// Somebody who uses a cluster as it is meant, and wants every answer.
final class GoodClient: Sendable {
    /// What became of the requests.
    struct Result: Sendable {
        var ok = 0
        /// The first of those that failed.
        var failures: [String] = []
    }

    private let worker: Worker<Result>
    private static let pause = 0.01
    private static let failuresKept = 5

    init(_ fleet: Fleet, to endpoint: String) {
        worker = Worker("good") { stop in
            var connection = try Connection(to: endpoint)
            var result = Result()
            var round = 0
            while !stop.isRaised {
                for (rack, servers) in fleet.racks {
                    guard let server = servers.first else { continue }
                    round += 1
                    let commission = CommissionRequest(
                        dc: fleet.dc, rack: rack, labels: ["round": "\(round)"])
                    let requests = [
                        ClientRequest(
                            .twin(TwinAddress(tier: .server, key: server)), .commission,
                            commission),
                        ClientRequest(
                            .twin(TwinAddress(tier: .server, key: server)), .getServer),
                        ClientRequest(
                            .twin(TwinAddress(tier: .dc, key: fleet.dc)), .getUnhealthyRacks),
                    ]
                    for request in requests {
                        do throws(ClientError) {
                            _ = try connection.request(request)
                            result.ok += 1
                        } catch {
                            if result.failures.count < Self.failuresKept {
                                result.failures.append("\(request.type.rawValue): \(error)")
                            }
                        }
                    }
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return result
        }
    }

    func finish() async throws -> Result { try await worker.finish() }
}
