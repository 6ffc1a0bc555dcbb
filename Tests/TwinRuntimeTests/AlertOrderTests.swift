import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// In which order readers get what is no longer in memory.
@Suite("Alert order")
struct AlertOrderTests {
    private static func alert(_ shard: UInt16, _ sequence: UInt64, at: Int64) -> LoggedAlert {
        LoggedAlert(
            shard: shard, epoch: .first, sequence: sequence, at: Timestamp(milliseconds: at),
            change: .opened, severity: .error, pages: true, subject: "server/s1:1",
            document: [0x80])
    }

    /// Rows with these records.
    private static func keeper(_ alerts: [LoggedAlert]) throws -> RowKeeper<MemoryRows> {
        let rows = MemoryRows(tier: .server)
        var slice = RowSlice(
            savedAt: Timestamp(milliseconds: 0), journalFrom: .first, durable: .first,
            replayVersion: Recovery.replayVersion)
        slice.alerts = alerts.map { alert in
            AlertRow(
                shard: alert.shard,
                cursor: TwinStore.AlertCursor(epoch: alert.epoch, sequence: alert.sequence),
                at: alert.at, change: alert.change.rawValue,
                severity: alert.severity?.name ?? "", pages: alert.pages,
                incident: alert.subject, state: alert.document)
        }
        try rows.save(slice)
        return RowKeeper(rows)
    }

    private static func read(
        _ keeper: RowKeeper<MemoryRows>, after cursor: TwinWire.AlertCursor, limit: Int,
        shards: [UInt16: AlertTail.Place]
    ) throws -> AlertsFound? {
        let request = Request(
            route: [], destination: try Destination("server@server-a"),
            envelope: Envelope(kind: .request, type: .readAlerts, requestID: 1))
        let outcome = try keeper.read(
            AlertRead(request: request, cursor: cursor, since: nil, limit: limit, shards: shards))
        guard case .read(let found) = outcome else { return nil }
        return found
    }

    @Test(
        "Each shard's records come in its own order, also when its clock stepped back",
        arguments: [1, 2, 3, 100])
    func steppedBack(limit: Int) throws {
        // The clock of shard 3 stepped back before its third record, and again before its fifth.
        let own = [(1, 900), (2, 950), (3, 300), (4, 400), (5, 100)].map {
            Self.alert(3, $0.0, at: $0.1)
        }
        let others = (1...5).map { Self.alert(7, $0, at: Int64($0) * 200) }
        let keeper = try Self.keeper(own + others)
        let end = AlertTail.Place(epoch: .first, sequence: 5)
        var cursor = TwinWire.AlertCursor(tier: .server)
        var records: [LoggedAlert] = []
        for _ in 0..<20 where records.count < 10 {
            let shards = [3, 7].filter { cursor.place(in: $0)?.sequence ?? 0 < 5 }
            let found = try #require(
                try Self.read(
                    keeper, after: cursor, limit: limit,
                    shards: Dictionary(uniqueKeysWithValues: shards.map { ($0, end) })))
            #expect(found.gaps.isEmpty)
            records += found.records
            for record in found.records {
                cursor.advance(
                    to: .init(
                        shard: record.shard, epoch: record.epoch, sequence: record.sequence))
            }
        }
        #expect(records.filter { $0.shard == 3 } == own)
        #expect(records.filter { $0.shard == 7 } == others)
    }

    @Test("Records of several shards come by their times")
    func byTime() throws {
        let keeper = try Self.keeper([
            Self.alert(3, 1, at: 200), Self.alert(3, 2, at: 400), Self.alert(7, 1, at: 100),
            Self.alert(7, 2, at: 300), Self.alert(7, 3, at: 300),
        ])
        let end = AlertTail.Place(epoch: .first, sequence: 9)
        let found = try Self.read(
            keeper, after: TwinWire.AlertCursor(tier: .server), limit: 4, shards: [3: end, 7: end])
        #expect(found?.records.map(\.at.milliseconds) == [100, 200, 300, 300])
    }
}
