import Foundation
import TwinClient
import TwinCore
import TwinWire

/// Looks at every server twice a second, on a thread of its own, and notes whoever is called
/// missing or gone.
final class BlameWatch: Sendable {
    /// What was seen.
    struct Sight: Sendable {
        /// Server keys, with what they were called first.
        var blamed: [String: String] = [:]
        var looks = 0
    }

    private let worker: Worker<Sight>
    private static let pause = 0.5
    private static let terms = RetryTerms(timeout: .seconds(2), attemptTimeout: .seconds(2))

    init(_ endpoint: String) {
        worker = Worker("blame") { stop in
            let client = try Client(endpoint)
            var sight = Sight()
            while !stop.isRaised {
                do {
                    for server in try client.servers(terms: Self.terms)
                    where server.status == "missing" || server.status == "gone" {
                        sight.blamed[server.key] = sight.blamed[server.key] ?? server.status
                    }
                    sight.looks += 1
                } catch is ClientError {
                    // Whoever is down cannot blame anybody.
                }
                Thread.sleep(forTimeInterval: Self.pause)
            }
            return sight
        }
    }

    func finish() async throws -> Sight { try await worker.finish() }
}
