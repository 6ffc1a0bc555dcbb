import Testing
import TwinCore

@Suite("Timer queue")
struct TimerQueueTests {
    @Test(
        "Wakes every slot once at its earliest armed time, earlier times and smaller slots first",
        arguments: [1, 2, 3, 4] as [UInt64])
    func againstModel(seed: UInt64) {
        var random = ShardRandom(seed: seed)
        var queue = TimerQueue()
        var model: [Int: Int64] = [:]
        var now: Int64 = 0
        for _ in 0..<5_000 {
            let slot = random.below(50)
            switch random.below(4) {
            case 0, 1:
                let time = now + Int64(random.below(100))
                queue.arm(slot, at: time)
                model[slot] = min(model[slot] ?? .max, time)
            case 2:
                queue.disarm(slot)
                model[slot] = nil
            default:
                now += Int64(random.below(40))
                var expected = model.filter { $0.value <= now }
                    .map { (time: $0.value, slot: $0.key) }
                expected.sort { ($0.time, $0.slot) < ($1.time, $1.slot) }
                for due in expected {
                    #expect(queue.popDue(at: now) == due.slot, "seed \(seed)")
                    model[due.slot] = nil
                }
                #expect(queue.popDue(at: now) == nil, "seed \(seed)")
            }
            if let earliest = model.values.min() {
                #expect((queue.earliest ?? .max) <= earliest, "seed \(seed)")
            }
        }
    }

    @Test("A disarmed slot can be armed for later")
    func armedLater() {
        var queue = TimerQueue()
        queue.arm(3, at: 10)
        queue.disarm(3)
        queue.arm(3, at: 20)
        #expect(queue.popDue(at: 19) == nil)
        #expect(queue.popDue(at: 20) == 3)
        #expect(queue.popDue(at: 100) == nil)
    }
}
