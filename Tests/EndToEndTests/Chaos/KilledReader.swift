import Foundation
import Glibc
import Synchronization
import TwinCore
import TwinWire

/// `twinctl alerts --follow` with a cursor file, killed again and again: it may tell a record
/// twice, and leaves none out.
final class KilledReader: Sendable {
    private final class Orders: Sendable {
        let kills = Mutex(0)
        let killed = Mutex(0)

        /// True once for each kill that was ordered.
        func take() -> Bool {
            kills.withLock { kills in
                guard kills > 0 else { return false }
                kills -= 1
                return true
            }
        }
    }

    private let orders: Orders
    private let worker: Worker<[String]>
    private static let lookEvery = 0.005
    /// Above what twinctl takes to give up.
    private static let looksMax = 6_000

    init(_ name: String, cluster endpoint: String, folder: String) {
        let orders = Orders()
        self.orders = orders
        let common = [
            "--broker", endpoint, "alerts", "--all", "--json", "--cursor-file",
            "\(folder)/\(name).cursor",
        ]
        worker = Worker(name) { stop in
            var ids: [String] = []
            var number = 0
            while !stop.isRaised {
                number += 1
                let log = "\(folder)/\(name)-\(number).txt"
                let process = try ServiceProcess(
                    try Executables.path("twinctl"), common + ["--follow", "--since", "1h"],
                    log: log)
                var dies = false
                while process.isRunning, !stop.isRaised, !dies {
                    Thread.sleep(forTimeInterval: Self.lookEvery)
                    dies = orders.take()
                }
                process.send(SIGKILL)
                if dies { orders.killed.withLock { $0 += 1 } }
                _ = try Self.end(of: process)
                ids += try Self.ids(in: process.log)
                try FileManager.default.removeItem(atPath: log)
            }
            let last = try ServiceProcess(
                try Executables.path("twinctl"), common, log: "\(folder)/\(name)-last.txt")
            guard try Self.end(of: last) == .exit(0) else {
                throw HarnessError("\(name): the last reading failed: \(last.log)")
            }
            return ids + (try Self.ids(in: last.log))
        }
    }

    /// The reader dies, wherever it is.
    func kill() { orders.kills.withLock { $0 += 1 } }

    /// How often it has died.
    var killedCount: Int { orders.killed.withLock { $0 } }

    func check() throws { try worker.check() }

    /// The ids of all records as they were printed, by all its lives, to the end of the log.
    func finish() async throws -> [String] { try await worker.finish() }

    private static func end(of process: ServiceProcess) throws -> ServiceProcess.End {
        for _ in 0..<looksMax {
            if let end = process.poll() { return end }
            Thread.sleep(forTimeInterval: lookEvery)
        }
        throw HarnessError("twinctl does not end: \(process.log)")
    }

    private struct Line: Decodable {
        let id: String?
    }

    /// Whole lines only: the last one may have been cut by the kill.
    private static func ids(in text: String) throws -> [String] {
        try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .filter { $0.hasPrefix("{") }
            .compactMap { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).id }
    }
}

extension KilledReader {
    /// What such a reader must not have done: left out a record of `log`, or told a shard's records
    /// for the first time in another order than theirs.
    static func violations(_ ids: [String], of log: [AlertDocument]) throws -> [String] {
        var found: [String] = []
        let missed = Set(log.map(\.id)).subtracting(ids)
        if !missed.isEmpty { found.append("the killed reader left out \(missed.sorted())") }
        var told: Set<String> = []
        var newest: [ShardID: UInt64] = [:]
        for id in ids where told.insert(id).inserted {
            let alert = try AlertID(id)
            if alert.sequence < newest[alert.shard, default: 0] {
                found.append("the killed reader was told \(id) late")
            }
            newest[alert.shard] = alert.sequence
        }
        return found
    }
}
