import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("Engine", .serialized)
struct EngineTests {
    private let now = SystemTime.wall

    /// An engine that owns its shards and has one server.
    private func running() throws -> EngineHarness {
        let harness = try EngineHarness()
        try harness.serve { $0.lastBeat?.owned.count == EngineHarness.shards }
        let ids = [try harness.commission("s1"), try harness.report("s1", at: now)]
        try harness.serve { harness in ids.allSatisfy { harness.answer(to: $0) != nil } }
        #expect(harness.answer(to: ids[1])?.type == .report)
        return harness
    }

    @Test("While one turn syncs the next gathers, and nothing leaves before its commit")
    func heldDisk() async throws {
        let harness = try running()
        harness.disk.holdSyncs()
        var ids = [try harness.report("s1", at: now + .seconds(1))]
        harness.disk.waitForHeldSync()
        let records = try harness.recordCount()
        ids += [
            try harness.report("s1", at: now + .seconds(1)), try harness.report("s1", at: now),
            try harness.send(.getServer, to: "server/s1", []),
            try harness.send(.getServer, to: "server/nobody", []),
            try harness.send(.ping, to: "server/s1", []),
        ]
        for second in 2..<20 as Range<Int64> {
            ids.append(try harness.report("s1", at: now + .seconds(second)))
        }
        try harness.serve { $0.hasTakenAll }
        let beat = harness.lastBeat?.number ?? 0
        try harness.serve { ($0.lastBeat?.number ?? 0) > beat }
        #expect(ids.allSatisfy { harness.answer(to: $0) == nil })

        harness.disk.releaseSyncs()
        try harness.serve { harness in ids.allSatisfy { harness.answer(to: $0) != nil } }
        #expect(harness.answer(to: ids[1])?.type == .report)
        #expect(harness.answer(to: ids[4])?.type == .refused)
        // One more turn for all that gathered, and a few for timers and beats at the most.
        #expect(try harness.recordCount() - records <= 5)
        harness.wake.requestStop()
        try await harness.thread.finished()
    }

    @Test("A failed sync ends the engine; who waits is told that the storage failed")
    func failedSync() async throws {
        let harness = try running()
        harness.disk.fail(.sync, with: .inputOutput)
        let id = try harness.report("s1", at: now + .seconds(1))
        try harness.serve { $0.answer(to: id) != nil }
        #expect(harness.answer(to: id)?.type == .refused)
        await #expect(throws: StoreError.self) { try await harness.thread.finished() }
    }

    @Test("A stop makes everything durable: rows too, so that the next start replays nothing")
    func stop() async throws {
        let harness = try running()
        harness.wake.requestStop()
        try await harness.thread.finished()
        let journal = try Journal(on: harness.disk.copy(after: .powerCut), salt: 1)
        let rows = try RowStore(
            reading: harness.files.path + "/state/" + RowStore.fileName)
        #expect(try rows.meta().journalFrom == journal.lastRecord.next)
    }
}
