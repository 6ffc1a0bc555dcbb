import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Readers whose next records retention has removed.
@Suite("Alert retention")
struct AlertRetentionTests {
    private static func page(
        _ cluster: inout InstanceCluster, after: TwinWire.AlertCursor?, limit: Int
    ) throws -> AlertsPage {
        try cluster.ask(
            .readAlerts, "server@server-a", ReadAlertsRequest(after: after, limit: limit)
        ).document(AlertsPage.self)
    }

    @Test("A reader whose records were all removed gets one gap a shard and comes to the end")
    func emptied() throws {
        let files = try InstanceFiles()
        let rows = try files.rows(.server)
        var cluster = try InstanceCluster()
        cluster.server.rows = rows
        try cluster.pass(milliseconds: 3_000)
        for number in 0..<30 { try cluster.commission("s\(number)") }
        try cluster.pass(seconds: 910, reporting: [])
        // Started anew, it has nothing of this in memory.
        cluster.server.core = try cluster.server.recovered(from: rows)
        try cluster.pass(milliseconds: 3_000)
        let all = try Self.page(&cluster, after: nil, limit: 250)
        #expect(all.alerts.count == 30)
        let first = try Self.page(&cluster, after: nil, limit: 7)
        #expect(first.alerts.count == 7)

        _ = try rows.trimAlerts(
            olderThan: Timestamp(milliseconds: .max), keepingAtMost: 0)
        var page = first
        var gaps: [AlertsPage.Gap] = []
        var pages = 0
        while !page.isComplete, pages < 10 {
            page = try Self.page(&cluster, after: page.cursor, limit: 7)
            #expect(page.alerts.isEmpty)
            gaps += page.gaps
            pages += 1
        }
        #expect(page.isComplete)
        #expect(page.cursor == all.cursor)
        let behind = first.cursor.places.filter { all.cursor.place(in: $0.shard) != $0 }
        #expect(!behind.isEmpty)
        #expect(gaps.map(\.shard) == behind.map(\.shard))
        for (gap, place) in zip(gaps, behind) {
            #expect(gap.fromSequence == place.sequence)
            #expect(gap.resumeSequence == (all.cursor.place(in: gap.shard)?.sequence ?? 0) + 1)
        }
    }

    private static func alert(_ epoch: UInt32, _ sequence: UInt64) -> LoggedAlert {
        LoggedAlert(
            shard: 3, epoch: Epoch(rawValue: epoch), sequence: sequence,
            at: Timestamp(milliseconds: 1), change: .opened, severity: .error, pages: true,
            subject: "server/s1:1", document: [0x80])
    }

    private static func place(_ epoch: UInt32, _ sequence: UInt64) -> AlertTail.Place {
        AlertTail.Place(epoch: Epoch(rawValue: epoch), sequence: sequence)
    }

    @Test(
        "A reader of memory gets a gap when the log goes on behind its next record",
        arguments: [
            // What it has, where memory goes on, how many gaps that is.
            (place(1, 5), place(1, 6), 0), (place(1, 5), place(1, 9), 1),
            (place(1, 8), place(1, 9), 0), (place(1, 9), place(2, 1), 1),
        ])
    func memory(has: AlertTail.Place, next: AlertTail.Place, count: Int) {
        var tail = AlertTail()
        tail.append(Self.alert(next.epoch.rawValue, next.sequence), journalRecord: 1)
        let cursor = TwinWire.AlertCursor(
            tier: .server, places: [.init(shard: 3, epoch: has.epoch, sequence: has.sequence)])
        let page = tail.records(after: cursor, since: nil, limit: 7)
        #expect(page.records.count == 1)
        #expect(page.gaps.count == count)
        #expect(page.isComplete)
        let again = tail.records(after: page.cursor, since: nil, limit: 7)
        #expect(again.records.isEmpty && again.gaps.isEmpty && again.isComplete)
    }

    @Test("A new epoch behind the reader's last record is no gap")
    func newEpoch() {
        var tail = AlertTail()
        tail.append(Self.alert(1, 9), journalRecord: 1)
        tail.append(Self.alert(2, 1), journalRecord: 2)
        let cursor = TwinWire.AlertCursor(
            tier: .server, places: [.init(shard: 3, epoch: .first, sequence: 9)])
        let page = tail.records(after: cursor, since: nil, limit: 7)
        #expect(page.records.map(\.sequence) == [1])
        #expect(page.gaps.isEmpty)
    }
}
