import GRDB
import Testing
import TwinCore
import TwinStore

/// The simulator's rows are worth what they are like SQLite's.
@Suite("Rows in memory and rows in SQLite")
struct RowsConformityTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private static let steps = 150

    @Test(
        "after any sequence of saves, copies, discards and trims both tell the same",
        arguments: 1...UInt64(12))
    func alike(seed: UInt64) throws {
        let store = try RowBench.open(scratch.file("rows.sqlite"), cluster: nil)
        let memory = MemoryRows(tier: .server)
        var random = RowsRandom(seed: seed)
        var script = RowsScript()
        for number in 0..<Self.steps {
            let step = script.next(&random)
            let outcomes = try (step.perform(on: store), step.perform(on: memory))
            #expect(outcomes.0 == outcomes.1, "seed \(seed), step \(number): \(step)")
            try compare(store, memory, "seed \(seed), step \(number): \(step)")
        }
    }

    private func compare(_ store: RowStore, _ memory: MemoryRows, _ step: Comment) throws {
        #expect(try store.meta() == memory.meta(), step)
        #expect(try store.loadShards() == memory.loadShards(), step)
        #expect(try store.bans() == memory.bans(), step)
        #expect(try incidents(of: store) == memory.incidents().map(\.id), step)
        for shard in RowsScript.shards {
            #expect(try twins(of: store, shard) == twins(of: memory, shard), step)
            #expect(try store.oldestAlert(shard: shard) == memory.oldestAlert(shard: shard), step)
            #expect(try store.newestAlert(shard: shard) == memory.newestAlert(shard: shard), step)
            for (cursor, limit) in [(AlertCursor.start, 100), (RowsScript.midCursor, 3)] {
                #expect(
                    try store.alerts(shard: shard, after: cursor, limit: limit)
                        == memory.alerts(shard: shard, after: cursor, limit: limit), step)
            }
        }
    }

    private func twins(of rows: some Rows, _ shard: UInt16) throws -> [TwinRow] {
        var twins: [TwinRow] = []
        try rows.forEachTwin(shard: shard) { twin throws(StoreError) in twins.append(twin) }
        return twins
    }

    /// Nothing of ours reads them; people do.
    private func incidents(of store: RowStore) throws -> [String] {
        try DatabaseQueue(path: scratch.file("rows.sqlite")).read { db in
            try String.fetchAll(db, sql: "SELECT id FROM incident ORDER BY id")
        }
    }
}
