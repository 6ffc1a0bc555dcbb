import Msgpack
import Testing
import TwinCore

@Suite("Parts of a shard")
struct ShardPartsTests {
    @Test("The dirty queue gives back in order what came in", arguments: [1, 2, 3] as [UInt64])
    func dirtyQueue(seed: UInt64) {
        var random = ShardRandom(seed: seed)
        var queue = DirtyQueue()
        var model: [DirtyQueue.Entry] = []
        for number in 0..<20_000 {
            if random.once(in: 2) || (number < 5_000 && random.once(in: 2)) {
                let entry = DirtyQueue.Entry(
                    slot: number, record: UInt64(number), ordinal: UInt32(number))
                queue.append(entry)
                model.append(entry)
            } else {
                #expect(queue.popFirst() == model.first, "seed \(seed)")
                if !model.isEmpty { model.removeFirst() }
            }
            #expect(queue.first == model.first, "seed \(seed)")
            #expect(queue.count == model.count, "seed \(seed)")
        }
    }

    @Test("A shard set is a set of indices, in order, equal by content, also packed")
    func shardSet() throws {
        var random = ShardRandom(seed: 5)
        var set = ShardSet()
        var model: Set<UInt16> = []
        for _ in 0..<2_000 {
            let index = UInt16(random.below(Limits.shardCountMax))
            if random.once(in: 2) {
                set.insert(index)
                model.insert(index)
            } else {
                set.remove(index)
                model.remove(index)
            }
            #expect(set.contains(index) == model.contains(index))
        }
        #expect(set.indices == model.sorted())
        #expect(set.count == model.count)
        #expect(set == ShardSet(model.sorted().reversed()))
        let packed = try MsgpackEncoder.encode(set)
        #expect(try MsgpackDecoder.decode(ShardSet.self, from: packed) == set)
        for index in model { set.remove(index) }
        #expect(set.isEmpty)
        #expect(set == ShardSet())
    }

    @Test("The conditions before a record are those of the last change before it")
    func conditionsHistory() {
        func conditions(_ floor: Int64) -> ShardConditions {
            var conditions = ShardConditions(
                configuration: ClusterConfiguration(), childShardCount: 4)
            conditions.floor = Elapsed(milliseconds: floor)
            return conditions
        }
        var history = ConditionsHistory(position: .none, conditions: conditions(0))
        history.note(conditions(10), at: Position(rawValue: 3), record: 5)
        history.note(conditions(20), at: Position(rawValue: 4), record: 5)
        history.note(conditions(30), at: Position(rawValue: 9), record: 8)
        let expected: [(record: UInt64, floor: Int64, position: UInt64)] = [
            (1, 0, 0), (5, 0, 0), (6, 20, 4), (8, 20, 4), (9, 30, 9), (100, 30, 9),
        ]
        for entry in expected {
            let found = history.conditions(before: entry.record)
            #expect(found.conditions.floor.milliseconds == entry.floor)
            #expect(found.position.rawValue == entry.position)
        }
    }

    @Test("The highest epoch of each shard is kept, in order; a lower one changes nothing")
    func shardEpochs() {
        var epochs = ShardEpochs()
        for (shard, epoch) in [(5, 1), (2, 1), (8, 1), (5, 3), (0, 2), (5, 2)]
            as [(UInt16, UInt32)]
        {
            epochs.note(Epoch(rawValue: epoch), of: shard)
        }
        #expect(epochs.entries.map(\.shard) == [0, 2, 5, 8])
        #expect(epochs[5] == Epoch(rawValue: 3))
        #expect(epochs[1] == .none)
    }

    @Test("Sets of shards unite, meet and subtract whatever their lengths")
    func shardSets() {
        let few = ShardSet([0, 63, 64])
        let many = ShardSet([63, 200])
        var union = few
        union.formUnion(many)
        #expect(union.indices == [0, 63, 64, 200])
        #expect(few.intersection(many).indices == [63])
        #expect(many.intersection(few).indices == [63])
        #expect(few.subtracting(many).indices == [0, 64])
        #expect(many.subtracting(few).indices == [200])
        #expect(few.subtracting(few).isEmpty)
    }
}
