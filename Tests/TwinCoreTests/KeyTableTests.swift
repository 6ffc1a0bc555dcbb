import Testing
import TwinCore

@Suite("Key table")
struct KeyTableTests {
    @Test(
        "Finds exactly the keys that are in it, whatever was added and removed",
        arguments: [1, 2, 3, 4] as [UInt64])
    func againstDictionary(seed: UInt64) {
        var random = ShardRandom(seed: seed)
        var table = KeyTable()
        var slots: [UInt32?] = []
        var model: [UInt32: Int] = [:]
        // Few different hashes: long probe sequences, also over removed cells.
        func hash(_ key: UInt32) -> UInt32 { KeyTable.hash(crc: key % 97) }
        for _ in 0..<5_000 {
            let key = UInt32(random.below(400))
            if let slot = model[key], random.once(in: 2) {
                table.remove(slot, hash: hash(key))
                slots[slot] = nil
                model[key] = nil
            } else if model[key] == nil {
                let slot = slots.firstIndex { $0 == nil } ?? slots.count
                if slot == slots.count { slots.append(nil) }
                slots[slot] = key
                model[key] = slot
                table.insert(slot, hash: hash(key))
            }
            #expect(table.count == model.count, "seed \(seed)")
        }
        for key in 0..<UInt32(400) {
            let found = table.find(hash: hash(key)) { slots[$0] == key }
            #expect(found == model[key], "seed \(seed), key \(key)")
        }
    }

    @Test("An empty table finds nothing")
    func empty() {
        let table = KeyTable()
        #expect(table.find(hash: 7) { _ in true } == nil)
    }
}
