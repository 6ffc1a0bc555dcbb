import Testing
import TwinCore
import TwinRuntime
import TwinStore

@Suite("The keeper of the rows")
struct RowKeeperTests {
    private var keeper = RowKeeper(MemoryRows(tier: .server))
    private let at = Timestamp(milliseconds: 5)

    /// Saves so many slices; how often the rows were checkpointed on the way.
    private mutating func checkpoints(slices: Int) throws -> Int {
        var count = 0
        for _ in 0..<slices {
            let slice = PendingSlice(journalFrom: 1, savedAt: at)
            for case .checkpointed in try keeper.save(slice, durable: 0) { count += 1 }
        }
        return count
    }

    /// Saves a part of a copy; true = it is whole and durable.
    private mutating func part(_ number: Int, isLast: Bool) throws -> Bool {
        var rows = CandidateRows(shard: 1, move: 7, part: number, savedAt: at)
        rows.beginsAnew = number == 0
        if isLast {
            rows.row = ShardRow(
                shard: 1, epoch: .first, position: .none, state: [],
                custody: .candidate(epoch: Epoch(rawValue: 2), digest: 9))
        }
        for case .handoff(let saved) in try keeper.perform(.save(rows)) { return saved.isWhole }
        return false
    }

    @Test("while a copy comes in checkpoints are rarer, so that its last part finds the disk free")
    func checkpointsWait() throws {
        var run = self
        #expect(try run.checkpoints(slices: 20) == 2)
        #expect(try !run.part(0, isLast: false))
        #expect(try run.checkpoints(slices: 29) == 0)
        #expect(try run.checkpoints(slices: 1) == 1, "however long it takes")
        #expect(try run.part(1, isLast: true))
        #expect(try run.checkpoints(slices: 10) == 1)
        #expect(try !run.part(0, isLast: false))
        _ = try run.keeper.perform(.discard(shard: 1))
        #expect(try run.checkpoints(slices: 10) == 1, "a copy that is let go delays nothing")
    }

    @Test("a copy that is whole outlives a power cut")
    func wholeIsDurable() throws {
        var run = self
        _ = try run.part(0, isLast: false)
        #expect(run.keeper.rows.copy(after: .powerCut).loadShards().isEmpty)
        #expect(try run.part(1, isLast: true))
        #expect(run.keeper.rows.copy(after: .powerCut).loadShards().map(\.shard) == [1])
    }
}
