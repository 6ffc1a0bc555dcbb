import Testing
import TwinCore

@Suite("Fold debts")
struct FoldDebtsTests {
    @Test("A parent that owes is told at once, then after 0.2 → 10 s, until it is settled")
    func backoff() {
        var debts = FoldDebts()
        debts.owe(shard: 1, ordinal: 2, version: version(7), at: 0)
        var times: [Int64] = []
        for now in stride(from: Int64(0), through: 40_000, by: 100) {
            if !debts.due(at: now).isEmpty { times.append(now) }
        }
        #expect(times == [0, 200, 600, 1_400, 3_000, 6_200, 12_600, 22_600, 32_600])
        let parents = debts.due(at: 1_000_000)
        for parent in parents { debts.settle(parent) }
        #expect(debts.count == 0)
    }

    private func version(_ position: UInt64) -> Version {
        Version(epoch: .first, position: Position(rawValue: position))
    }

    @Test("Fresh news goes at once, also in a long back-off; the same again does not")
    func news() {
        var debts = FoldDebts()
        debts.owe(shard: 1, ordinal: 2, version: version(7), at: 0)
        for now in stride(from: Int64(0), through: 3_000, by: 100) { _ = debts.due(at: now) }
        debts.owe(shard: 1, ordinal: 2, version: version(7), at: 3_100)
        #expect(debts.due(at: 3_100).isEmpty)
        debts.owe(shard: 1, ordinal: 2, version: version(8), at: 3_200)
        var times: [Int64] = []
        for now in stride(from: Int64(3_200), through: 7_000, by: 100) {
            if !debts.due(at: now).isEmpty { times.append(now) }
        }
        #expect(times == [3_200, 3_400, 3_800, 4_600, 6_200])
        #expect(debts.count == 1)
    }

    @Test("Parents are kept once each, in the order of shard and ordinal")
    func order() {
        var random = ShardRandom(seed: 11)
        var debts = FoldDebts()
        for _ in 0..<1_000 {
            debts.owe(
                shard: UInt16(random.below(5)), ordinal: UInt32(random.below(9)),
                version: version(7), at: 0)
        }
        let due = debts.due(at: 0)
        #expect(due.count == 45)
        let places = due.map { Int($0.shard) * 100 + Int($0.ordinal) }
        #expect(places == places.sorted())
    }
}
