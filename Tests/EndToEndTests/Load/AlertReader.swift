import Synchronization
import TwinClient
import TwinCore
import TwinWire

/// What `twinctl alerts --follow` does, on a thread of its own, from the first record on.
final class AlertReader: Sendable {
    private final class Seen: Sendable {
        let alerts = Mutex<[AlertDocument]>([])
    }

    private let seen: Seen
    private let worker: Worker<Void>

    init(_ endpoint: String) {
        let seen = Seen()
        self.seen = seen
        worker = Worker("alerts") { stop in
            var connection = try Connection(to: endpoint)
            connection.isInterrupted = { stop.isRaised }
            var follower = AlertFollower(
                from: ReaderCursor(), since: nil, wait: Self.wait)
            while !stop.isRaised {
                do throws(ClientError) {
                    let batch = try follower.next(over: &connection)
                    guard batch.gaps.isEmpty else {
                        throw ClientError.system("a gap in the alert log: \(batch.gaps)")
                    }
                    seen.alerts.withLock { $0 += batch.alerts }
                } catch {
                    guard error == .interrupted else { throw error }
                }
            }
        }
    }

    /// Short, because a question that died with its instance is only asked again after it.
    private static let wait = Milliseconds.seconds(3)

    /// Every record so far, in the order read; throws what ended the reader before its time.
    func alerts() throws -> [AlertDocument] {
        try worker.check()
        return seen.alerts.withLock { $0 }
    }

    func finish() async throws -> [AlertDocument] {
        try await worker.finish()
        return seen.alerts.withLock { $0 }
    }
}

/// The records of each shard in the order in which a reader met them.
struct AlertSequences: Equatable, Sendable {
    private(set) var byShard: [ShardID: [AlertDocument]] = [:]

    init(_ alerts: [AlertDocument]) throws {
        for alert in alerts { byShard[try AlertID(alert.id).shard, default: []].append(alert) }
    }

    /// The first shard that a reader has otherwise; nil = it has read exactly this.
    func difference(from read: AlertSequences) -> String? {
        for shard in Set(byShard.keys).union(read.byShard.keys).sorted() {
            let there = byShard[shard, default: []]
            let found = read.byShard[shard, default: []]
            guard there != found else { continue }
            return "\(shard): \(there.map(\.id)) are there, \(found.map(\.id)) were read"
        }
        return nil
    }

    /// The first place where a shard's sequence numbers are not 1, 2, 3 …; nil = whole.
    func hole() throws -> String? {
        for (shard, alerts) in byShard {
            for (index, alert) in alerts.enumerated() {
                let sequence = try AlertID(alert.id).sequence
                guard sequence == UInt64(index + 1) else {
                    return "\(shard): record \(index + 1) is \(alert.id)"
                }
            }
        }
        return nil
    }
}
