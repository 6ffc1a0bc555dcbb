import Foundation
import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// Looks all the time which shards are on their way, so that faults can strike in their midst.
final class MoveWatch: Sendable {
    private final class Seen: Sendable {
        let latest = Mutex<(at: Int64, moves: [StatusDocument.Move])>((0, []))
    }

    private let seen = Seen()
    private let worker: Worker<Void>

    private static let pause = 0.01
    private static let terms = RetryTerms(
        timeout: Milliseconds(rawValue: 500), attemptTimeout: Milliseconds(rawValue: 500))
    /// What was seen longer ago may be over.
    private static let freshFor: Int64 = 100

    init(_ endpoint: String) {
        let seen = seen
        worker = Worker("moves") { stop in
            var connection = try Connection(to: endpoint)
            while !stop.isRaised {
                do throws(ClientError) {
                    let status = try connection.request(
                        ClientRequest(.broker, .clusterStatus, terms: Self.terms)
                    ).decode(StatusDocument.self)
                    let now = ClientTime.monotonicMilliseconds
                    seen.latest.withLock { $0 = (now, status.moves ?? []) }
                } catch {
                    // A broker that is away has nothing to tell.
                    if case .badAnswer = error { throw error }
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
        }
    }

    /// The moves of this moment, or of the last.
    func moves() throws -> [StatusDocument.Move] {
        try worker.check()
        let now = ClientTime.monotonicMilliseconds
        return seen.latest.withLock { now - $0.at <= Self.freshFor ? $0.moves : [] }
    }

    func finish() async throws { try await worker.finish() }
}
