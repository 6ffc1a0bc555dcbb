import Testing
import TwinCore

@Suite("Key order")
struct KeyOrderTests {
    @Test(
        "Slots stand in the order of their keys, whatever was added and removed",
        arguments: [1, 2, 3] as [UInt64])
    func againstSort(seed: UInt64) {
        var random = ShardRandom(seed: seed)
        var order = KeyOrder()
        var model: [Int] = []
        func key(_ number: Int) -> [UInt8] { Array("s\(number)".utf8) }
        for _ in 0..<1_000 {
            let number = random.below(300)
            if let place = model.firstIndex(of: number) {
                order.remove(key(number))
                model.remove(at: place)
            } else {
                order.insert(key(number), slot: number)
                model.append(number)
            }
            order.remove(Array("absent".utf8))
        }
        let sorted = model.sorted { key($0).lexicographicallyPrecedes(key($1)) }
        #expect(order.entries.map(\.slot) == sorted, "seed \(seed)")
        #expect(order.entries.map(\.key) == sorted.map(key), "seed \(seed)")
        for number in 0..<300 {
            let through = sorted.count { !key(number).lexicographicallyPrecedes(key($0)) }
            #expect(order.count(through: key(number)) == through, "seed \(seed)")
        }
    }
}
