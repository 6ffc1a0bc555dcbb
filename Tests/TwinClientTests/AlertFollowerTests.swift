import Synchronization
import Testing
import TwinClient
import TwinCore
import TwinWire

@Suite("Readers of the alert log", .serialized)
struct AlertFollowerTests {
    /// The alert logs of all instances, as services answer from them.
    private final class Logs: Sendable {
        private let alerts = Mutex<[AlertDocument]>([])

        func append(_ alert: AlertDocument) { alerts.withLock { $0.append(alert) } }

        /// The answer to one question; at most three records a page.
        func answer(_ request: FakeBroker.Request) -> FakeBroker.Answer {
            do {
                let tierName = request.destination.prefix { $0 != "@" }
                guard let tier = Tier(name: tierName) else { return .silence }
                let question = try request.decode(ReadAlertsRequest.self)
                let after = question.after ?? AlertCursor(tier: tier)
                let news = try alerts.withLock { alerts in
                    try alerts.filter { alert in
                        let id = try AlertID(alert.id)
                        guard id.shard.tier == tier else { return false }
                        guard let place = after.place(in: id.shard.index) else { return true }
                        return (place.epoch, place.sequence) < (id.epoch, id.sequence)
                    }
                }
                if news.isEmpty, (question.waitMilliseconds ?? 0) > 0 { return .later }
                let page = Array(news.prefix(3))
                return .document(
                    try Fixtures.page(tier, page, isComplete: page.count == news.count))
            } catch {
                return .refuse(Refusal(.invalid, "\(error)"))
            }
        }
    }

    private func broker(
        _ logs: Logs, at endpoint: String = "tcp://127.0.0.1:*"
    ) throws -> FakeBroker {
        let placement = try Fixtures.placement()
        return try FakeBroker(at: endpoint) { request in
            request.envelope.type == .getPlacement
                ? .document(placement) : logs.answer(request)
        }
    }

    private func follower() -> AlertFollower {
        AlertFollower(
            from: ReaderCursor(), since: nil, wait: .seconds(2),
            reorder: Milliseconds(rawValue: 20))
    }

    @Test("a history is ordered by time, then tier, shard, epoch and sequence")
    func history() throws {
        let logs = Logs()
        for sequence in 1...5 {
            for (tier, shard) in [(Tier.rack, UInt16(3)), (.server, 1), (.server, 0), (.dc, 0)] {
                logs.append(
                    Fixtures.alert(
                        tier, shard: shard, sequence: UInt64(sequence),
                        at: Int64(sequence / 2) * 1_000))
            }
        }
        let broker = try broker(logs)
        var connection = try Connection(to: broker.endpoint)
        var follower = follower()
        let batch = try follower.readToEnd(over: &connection)
        #expect(batch.alerts.count == 20)
        #expect(batch.alerts.prefix(4).map(\.id) == [
            "server#0:1:1", "server#1:1:1", "rack#3:1:1", "dc#0:1:1",
        ])
        #expect(batch.alerts.dropFirst(4).prefix(4).map(\.id) == [
            "server#0:1:2", "server#0:1:3", "server#1:1:2", "server#1:1:3",
        ])
        var again = AlertFollower(from: try ReaderCursor(text: batch.cursor.text), since: nil)
        #expect(try again.readToEnd(over: &connection).alerts.isEmpty)
        broker.stop()
    }

    @Test("two readers over a broker's restart see identical sequences per shard, whole, once")
    func restarts() throws {
        let logs = Logs()
        var broker = try broker(logs)
        var followers = [follower(), follower()]
        var connections = [
            ConnectionBox(try Connection(to: broker.endpoint)),
            ConnectionBox(try Connection(to: broker.endpoint)),
        ]
        var seen: [[String]] = [[], []]
        var appended = 0
        func append(_ count: Int) {
            for _ in 0..<count {
                appended += 1
                let tier: Tier = appended % 3 == 0 ? .rack : .server
                logs.append(
                    Fixtures.alert(
                        tier, shard: UInt16(appended % 2), sequence: UInt64(appended),
                        at: Int64(appended)))
            }
        }
        func readAll() throws {
            for reader in followers.indices {
                while seen[reader].count < appended {
                    seen[reader] += try followers[reader].next(
                        over: &connections[reader].connection
                    ).alerts.map(\.id)
                }
            }
        }
        append(7)
        try readAll()
        for _ in 0..<2 {
            broker.stop()
            // Both are waiting in their calls when the broker dies: they see it go.
            for box in connections {
                let soon = ClientTime.monotonicMilliseconds + 100
                #expect(try box.connection.nextCompletion(byMilliseconds: soon) == nil)
            }
            append(5)
            broker = try self.broker(logs, at: broker.endpoint)
            append(2)
            try readAll()
        }
        for ids in seen {
            #expect(ids.count == appended)
            #expect(Set(ids).count == appended)
        }
        for prefix in ["server#0:", "server#1:", "rack#0:", "rack#1:"] {
            let first = seen[0].filter { $0.hasPrefix(prefix) }
            #expect(first == seen[1].filter { $0.hasPrefix(prefix) })
            let sequences = first.compactMap { Int($0.split(separator: ":").last ?? "") }
            #expect(sequences == sequences.sorted())
        }
        broker.stop()
        connections.removeAll()
    }

    private final class ConnectionBox {
        var connection: Connection

        init(_ connection: consuming Connection) { self.connection = connection }
    }

    @Test("a gap is told, with the cursor that goes on after it")
    func gap() throws {
        let placement = try Fixtures.placement(server: [], dc: [])
        let broker = try FakeBroker { request in
            if request.envelope.type == .getPlacement { return .document(placement) }
            do {
                return .document(
                    try Fixtures.page(
                        .rack, [Fixtures.alert(.rack, shard: 2, epoch: 3, sequence: 9, at: 1)],
                        gaps: [
                            AlertsPage.Gap(
                                shard: 2, fromEpoch: .first, fromSequence: 4,
                                resumeEpoch: Epoch(rawValue: 3), resumeSequence: 9)
                        ]))
            } catch {
                return .silence
            }
        }
        var connection = try Connection(to: broker.endpoint)
        var follower = follower()
        let batch = try follower.readToEnd(over: &connection)
        #expect(batch.gaps.map(\.gap.from) == ["rack#2:1:4"])
        #expect(batch.gaps.map(\.gap.to) == ["rack#2:3:8"])
        #expect(batch.alerts.map(\.id) == ["rack#2:3:9"])
        broker.stop()
    }

    @Test("records are released after the reorder time, and a shard's order never changes")
    func sequencer() throws {
        var sequencer = AlertSequencer(from: ReaderCursor(), reorderMilliseconds: 100)
        // The wall clock stepped back between the two records of the shard.
        let first = Fixtures.alert(.rack, shard: 0, sequence: 1, at: 5_000)
        let second = Fixtures.alert(.rack, shard: 0, sequence: 2, at: 1_000)
        try sequencer.take(try Fixtures.page(.rack, [first, second]), nowMilliseconds: 0)
        let other = Fixtures.alert(.server, shard: 0, sequence: 1, at: 4_000)
        try sequencer.take(try Fixtures.page(.server, [other]), nowMilliseconds: 50)
        try sequencer.take(try Fixtures.page(.rack, [first, second]), nowMilliseconds: 60)
        #expect(sequencer.release(nowMilliseconds: 99).isEmpty)
        #expect(sequencer.dueMilliseconds == 100)
        #expect(sequencer.released == ReaderCursor())
        let alerts = sequencer.release(nowMilliseconds: 100)
        #expect(alerts.map(\.id) == ["server#0:1:1", "rack#0:1:1", "rack#0:1:2"])
        #expect(sequencer.released == sequencer.taken)
    }

    @Test("a cursor survives its text, and a text that is none is a usage error")
    func cursors() throws {
        var cursor = ReaderCursor()
        for shard in [UInt16(200), 3, 77] {
            cursor.advance(
                .rack, to: AlertCursor.Place(shard: shard, epoch: .first, sequence: 9))
        }
        cursor.advance(.rack, to: AlertCursor.Place(shard: 3, epoch: .first, sequence: 2))
        #expect(try ReaderCursor(text: cursor.text + "\n") == cursor)
        #expect(cursor[.rack].places.map(\.shard) == [3, 77, 200])
        #expect(cursor[.rack].place(in: 3)?.sequence == 9)
        for text in ["", "no base64!", "AAAA"] {
            #expect {
                try ReaderCursor(text: text)
            } throws: { error in
                (error as? ClientError)?.exitStatus == .usage
            }
        }
    }
}
