import Foundation
import GRDB
import Testing
import TwinCore
import TwinStore

@Suite("RowStore")
struct RowStoreTests {
    private let scratch: ScratchDirectory
    private var path: String { scratch.file("rows.sqlite") }

    init() throws { scratch = try ScratchDirectory() }

    @Test("what one slice saves is loaded as it was, in another process too")
    func roundTrip() throws {
        let shard = ShardRow(
            shard: 3, epoch: .first, position: Position(rawValue: .max), state: [4, 5])
        let tombstone = TwinRow.removed(
            shard: 3, ordinal: 9, key: "gone", epoch: .first, position: Position(rawValue: 11),
            generation: 2)
        do {
            let store = try RowBench.open(path)
            var slice = RowBench.slice(from: 5, durable: 8)
            slice.twins = [RowBench.twin(1), RowBench.twin(2), tombstone]
            slice.shards = [shard]
            try store.save(slice)
            #expect(try store.checkpoint() == RecordNumber(rawValue: 5))
            try store.close()
        }
        let store = try RowBench.open(path)
        #expect(try RowBench.twins(of: store) == [RowBench.twin(1), RowBench.twin(2), tombstone])
        #expect(try store.loadShards() == [shard])
        let meta = try store.meta()
        #expect(meta.journalFrom == RecordNumber(rawValue: 5))
        #expect(meta.durable == RecordNumber(rawValue: 8))
        #expect(meta.cluster == RowBench.cluster)
        #expect(meta.savedAt == "2026-03-01T14:22:36.120Z")
    }

    @Test("the row file and its log are for the service's user alone")
    func permissions() throws {
        let store = try RowBench.open(path)
        try store.save(RowBench.slice())
        for name in [path, path + "-wal", path + "-shm"] {
            #expect(try ScratchDirectory.mode(of: name) == 0o600, "\(name)")
        }
        #expect(try store.walBytes() > 0)
    }

    @Test("a twin's open incidents are replaced with it, and no other twin's")
    func incidentsAreReplaced() throws {
        let store = try RowBench.open(path)
        let (one, two) = (RowBench.twin(1), RowBench.twin(2))
        var slice = RowBench.slice()
        slice.twins = [one, two]
        slice.incidents = [RowBench.incident("a", of: one), RowBench.incident("b", of: two)]
        try store.save(slice)
        slice.twins = [one]
        slice.incidents = [RowBench.incident("c", of: one)]
        try store.save(slice)
        #expect(try ids(in: "incident") == ["b", "c"])
    }

    @Test("tombstones stay until the journal has passed them")
    func tombstones() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        slice.twins = [
            RowBench.twin(1, position: 4),
            .removed(
                shard: 3, ordinal: 2, key: "gone", epoch: .first, position: Position(rawValue: 6),
                generation: 1),
        ]
        try store.save(slice)
        try store.purgeRemoved(shard: 3, through: Position(rawValue: 5))
        #expect(try RowBench.twins(of: store).count == 2)
        try store.purgeRemoved(shard: 3, through: Position(rawValue: 6))
        #expect(try RowBench.twins(of: store) == [RowBench.twin(1, position: 4)])
    }

    @Test(
        "a changed column or blob is found by the row's checksum and named",
        arguments: [
            "UPDATE twin SET state = x'01020300'", "UPDATE twin SET position = position + 1",
            "UPDATE twin SET key = 'other'", "UPDATE twin SET epoch = 'text'",
            "UPDATE twin SET state = NULL",
        ])
    func damagedRow(change: String) throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        slice.twins = [RowBench.twin(1)]
        try store.save(slice)
        try store.close()
        try DatabaseQueue(path: path).write { try $0.execute(sql: change) }
        let again = try RowBench.open(path)
        let error = #expect(throws: StoreError.self) { _ = try RowBench.twins(of: again) }
        #expect(error?.kind == .corrupt)
        #expect(error?.file == path)
    }

    @Test("alerts are read per shard in order, behind a cursor, and saved twice are one")
    func alertLog() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        slice.alerts = [
            RowBench.alert(1), RowBench.alert(2), RowBench.alert(1, epoch: 2),
            RowBench.alert(1, shard: 4),
        ]
        try store.save(slice)
        try store.save(slice)
        #expect(
            try store.alerts(shard: 3, after: .start, limit: 10) == Array(slice.alerts.prefix(3)))
        let second = slice.alerts[1].cursor
        #expect(try store.alerts(shard: 3, after: second, limit: 10) == [slice.alerts[2]])
        #expect(try store.alerts(shard: 3, after: .start, limit: 1) == [slice.alerts[0]])
        #expect(try store.oldestAlert(shard: 3) == slice.alerts[0].cursor)
        #expect(try store.newestAlert(shard: 3) == slice.alerts[2].cursor)
        #expect(try store.oldestAlert(shard: 5) == nil)
    }

    @Test("retention takes alerts from the old end only, whatever the clock did")
    func retention() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        let times: [Int64] = [100, 200, 900, 150, 950]
        slice.alerts = times.enumerated().map { RowBench.alert(UInt64($0 + 1), at: $1) }
        try store.save(slice)
        let limit = Timestamp(milliseconds: 500)
        #expect(try store.trimAlerts(olderThan: limit, keepingAtMost: 100) == 2)
        #expect(try store.oldestAlert(shard: 3)?.sequence == 3)
        #expect(try store.trimAlerts(olderThan: limit, keepingAtMost: 1) == 2)
        #expect(try store.oldestAlert(shard: 3)?.sequence == 5)
        #expect(try store.trimAlerts(olderThan: limit, keepingAtMost: 1) == 0)
    }

    @Test("a twin that is saved again stays in its place, and its key finds it once")
    func savedAgain() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        slice.twins = [RowBench.twin(1), RowBench.twin(2)]
        try store.save(slice)
        slice.twins = [RowBench.twin(1, position: 11)]
        try store.save(slice)
        _ = try store.checkpoint()
        #expect(
            try RowBench.twins(of: store) == [RowBench.twin(1, position: 11), RowBench.twin(2)])
        let rows = try DatabaseQueue(path: path).read {
            try Int64.fetchAll($0, sql: "SELECT rowid FROM twin ORDER BY key")
        }
        #expect(rows == [1, 2])
    }

    @Test("a checkpoint moves all that was saved into the file, and the next one what came after")
    func checkpoints() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice()
        for round in 1...3 {
            slice.twins = (1...200).map { RowBench.twin($0, position: UInt64(round)) }
            try store.save(slice)
            _ = try store.checkpoint()
        }
        #expect(
            try RowBench.twins(of: store) == (1...200).map { RowBench.twin($0, position: 3) })
    }

    @Test(
        "a step of a checkpoint holds some 48 of the pages that it wrote",
        arguments: [(0, 4_096), (48, 1 << 20), (49, 1 << 20), (1_000, 330 << 20), (1_000, 4 << 20)])
    func steps(pages: Int, fileBytes: UInt64) {
        let step = RowFlush.step(pages: pages, fileBytes: fileBytes)
        #expect(step % 4_096 == 0)
        let pagesInStep = Double(pages) * Double(step) / Double(max(fileBytes, step))
        #expect(pagesInStep <= 49)
        #expect(step >= 48 * 4_096)
    }

    @Test("a quarantined message is kept with its bytes until it is removed")
    func quarantine() throws {
        let store = try RowBench.open(path)
        let at = Timestamp(milliseconds: 5)
        let id = try store.quarantine(
            twin: "server/a", digest: "d1", reason: "crashed twice", bytes: [1, 2], at: at)
        #expect(
            try store.quarantined() == [
                QuarantineRow(
                    id: id, twin: "server/a", digest: "d1", reason: "crashed twice",
                    bytes: [1, 2], at: at)
            ])
        #expect(try store.removeQuarantined(id: id))
        #expect(try !store.removeQuarantined(id: id))
    }

    @Test("rows of another cluster or another tier are refused with both names")
    func wrongCluster() throws {
        try RowBench.open(path).close()
        let cluster = #expect(throws: StoreError.self) {
            _ = try RowBench.open(path, cluster: "0ther0")
        }
        #expect(cluster?.kind == .wrongCluster)
        #expect(cluster?.sentence.contains("cluster 0ther0 were wanted") == true)
        let tier = #expect(throws: StoreError.self) { _ = try RowBench.open(path, tier: .rack) }
        #expect(tier?.kind == .wrongCluster)
        #expect(tier?.sentence.contains("those of a server instance") == true)
    }

    @Test("rows of a newer release are refused and left alone")
    func newerSchema() throws {
        try RowBench.open(path).close()
        try DatabaseQueue(path: path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA user_version = 99")
        }
        let error = #expect(throws: StoreError.self) { _ = try RowBench.open(path) }
        #expect(error?.kind == .newerSchema)
        #expect(error?.sentence.contains("found schema 99") == true)
    }

    @Test("a file that is no database is a sentence, not a new database")
    func notADatabase() throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(filePath: path))
        let error = #expect(throws: StoreError.self) { _ = try RowBench.open(path) }
        #expect(error?.kind == .corrupt)
    }

    @Test("a checkpoint empties the log's need even while somebody reads")
    func checkpointBesideReader() throws {
        let store = try RowBench.open(path)
        var slice = RowBench.slice(from: 2)
        slice.twins = [RowBench.twin(1)]
        try store.save(slice)
        let reader = try RowStore(reading: path)
        try reader.forEachTwin(shard: 3) { _ throws(StoreError) in
            #expect(try store.checkpoint() == RecordNumber(rawValue: 2))
        }
    }

    private func ids(in table: String) throws -> [String] {
        try DatabaseQueue(path: path).read {
            try String.fetchAll($0, sql: "SELECT id FROM \(table) ORDER BY id")
        }
    }
}
