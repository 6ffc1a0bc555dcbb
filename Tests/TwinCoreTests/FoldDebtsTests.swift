import Testing
import TwinCore

@Suite("Fold debts")
struct FoldDebtsTests {
    @Test("A parent that owes is told at once, then after 0.2 → 10 s, until it is settled")
    func backoff() {
        var debts = FoldDebts()
        debts.owe(shard: 1, ordinal: 2, at: 0)
        var times: [Int64] = []
        for now in stride(from: Int64(0), through: 40_000, by: 100) {
            if !debts.due(at: now).isEmpty { times.append(now) }
        }
        #expect(times == [0, 200, 600, 1_400, 3_000, 6_200, 12_600, 22_600, 32_600])
        let parents = debts.due(at: 1_000_000)
        for parent in parents { debts.settle(parent) }
        #expect(debts.count == 0)
    }

    @Test("Parents are kept once each, in the order of shard and ordinal")
    func order() {
        var random = ShardRandom(seed: 11)
        var debts = FoldDebts()
        for _ in 0..<1_000 {
            debts.owe(shard: UInt16(random.below(5)), ordinal: UInt32(random.below(9)), at: 0)
        }
        let due = debts.due(at: 0)
        #expect(due.count == 45)
        let places = due.map { Int($0.shard) * 100 + Int($0.ordinal) }
        #expect(places == places.sorted())
    }
}
