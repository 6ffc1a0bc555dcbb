import Synchronization
import TwinClient

/// What every client asked and got, from the outside: what the checkers judge by.
final class History: Sendable {
    /// How one operation ended for its client.
    enum End: Equatable, Sendable {
        case ok
        /// Refused by this code: nothing was done.
        case refused(String)
        /// Nobody said what became of it: it may have been done, or may still be.
        case unknown
    }

    struct Operation: Sendable {
        let client: String
        /// What was asked, in words.
        let what: String
        /// The twin it was about.
        let address: String
        let began: Int64
        let ended: Int64
        let end: End
        /// What matters of the answer.
        let answer: String
    }

    private struct Contents: Sendable {
        var operations: [Operation] = []
        var positions: [String: (epoch: UInt32, position: UInt64)] = [:]
        var violations: [String] = []
    }

    private let contents = Mutex(Contents())
    private let startedAt = ClientTime.monotonicMilliseconds

    /// Milliseconds since the run began.
    var now: Int64 { ClientTime.monotonicMilliseconds - startedAt }

    func add(_ operation: Operation) { contents.withLock { $0.operations.append(operation) } }

    /// What is wrong already while the run goes on.
    func violate(_ sentence: String) { contents.withLock { $0.violations.append(sentence) } }

    var operations: [Operation] { contents.withLock { $0.operations } }
    var violations: [String] { contents.withLock { $0.violations } }

    /// How the operations ended, in numbers.
    struct Ends: Sendable {
        var operations = 0
        var ok = 0
        /// By code.
        var refused: [String: Int] = [:]
        var unknown = 0
    }

    var ends: Ends {
        var ends = Ends()
        for operation in operations {
            ends.operations += 1
            switch operation.end {
            case .ok: ends.ok += 1
            case .refused(let code): ends.refused[code, default: 0] += 1
            case .unknown: ends.unknown += 1
            }
        }
        return ends
    }

    /// The last operations about a twin, for people.
    func excerpt(about address: String, last count: Int = 25) -> String {
        operations.filter { $0.address == address }.suffix(count).map { operation in
            "  \(operation.began)…\(operation.ended) ms \(operation.client): \(operation.what) "
                + "→ \(operation.end) \(operation.answer)"
        }.joined(separator: "\n")
    }

    // MARK: no answer goes back in time

    /// The newest state of a shard that anybody has been told of.
    func newest(of shard: String) -> (epoch: UInt32, position: UInt64)? {
        contents.withLock { $0.positions[shard] }
    }

    /// Notes an answer that stands at a shard's `position`; `before` is what had been told when
    /// the question was asked. An answer may not be older: what was told was durable.
    func told(
        _ shard: String, epoch: UInt32, position: UInt64,
        before: (epoch: UInt32, position: UInt64)?, by what: String
    ) {
        contents.withLock { contents in
            if let before, (epoch, position) < before {
                contents.violations.append(
                    "\(what): \(shard) answered as of \(epoch):\(position), and had been at "
                        + "\(before.epoch):\(before.position) before the question")
            }
            if contents.positions[shard].map({ $0 < (epoch, position) }) ?? true {
                contents.positions[shard] = (epoch, position)
            }
        }
    }
}
