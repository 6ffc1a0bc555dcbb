import Testing
import TwinCore

@Suite("Owing queue")
struct OwingQueueTests {
    private static func debt(_ number: Int, _ parent: String = "r1") -> Debt {
        Debt(shard: 0, ordinal: UInt32(number), parent: .fixture(parent))
    }

    private let rackA = OwingQueueTests.name("rack-a")
    private let rackB = OwingQueueTests.name("rack-b")

    private static func name(_ text: String) -> InstanceName {
        do { return try InstanceName(text) } catch { preconditionFailure("\(error)") }
    }

    @Test("One batch is in flight per parent instance, the next goes on its answer")
    func oneInFlight() {
        var queue = OwingQueue()
        for number in 0..<300 { queue.owe(Self.debt(number), to: rackA) }
        let first = queue.nextBatch(requestID: 1, at: 0)
        #expect(first?.batch.debts.count == Limits.statusesPerBatchMax)
        #expect(queue.nextBatch(requestID: 2, at: 0) == nil)
        queue.answered(1, hasProgress: true, at: 5)
        #expect(queue.nextBatch(requestID: 3, at: 5)?.batch.debts.count == 44)
        queue.answered(3, hasProgress: true, at: 6)
        #expect(queue.count == 0)
    }

    @Test("A debt is queued once, and again only after its batch was answered")
    func once() {
        var queue = OwingQueue()
        for _ in 0..<3 { queue.owe(Self.debt(1), to: rackA) }
        #expect(queue.nextBatch(requestID: 1, at: 0)?.batch.debts.count == 1)
        queue.owe(Self.debt(1), to: rackA)
        #expect(queue.count == 1)
        queue.answered(1, hasProgress: true, at: 1)
        queue.owe(Self.debt(1), to: rackA)
        #expect(queue.nextBatch(requestID: 2, at: 1)?.batch.debts == [Self.debt(1)])
    }

    @Test("Refusals back off from 0.2 to 10 s, an answer with progress begins anew")
    func backoff() {
        var queue = OwingQueue()
        var now: Int64 = 0
        var waits: [Int64] = []
        for id in 1...8 as ClosedRange<UInt64> {
            queue.owe(Self.debt(1), to: rackA)
            let asked = now
            while queue.nextBatch(requestID: id, at: now) == nil { now += 10 }
            waits.append(now - asked)
            #expect(queue.failed(id, at: now) == [Self.debt(1)])
        }
        #expect(waits == [0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000])
        queue.owe(Self.debt(1), to: rackA)
        now += 10_000
        #expect(queue.nextBatch(requestID: 100, at: now) != nil)
        queue.answered(100, hasProgress: true, at: now)
        queue.owe(Self.debt(1), to: rackA)
        #expect(queue.nextBatch(requestID: 101, at: now) != nil)
    }

    @Test("A batch without an answer is given back after two seconds")
    func expires() {
        var queue = OwingQueue()
        queue.owe(Self.debt(1), to: rackA)
        _ = queue.nextBatch(requestID: 1, at: 0)
        #expect(queue.expire(at: 1_999).isEmpty)
        #expect(queue.expire(at: 2_000) == [Self.debt(1)])
        #expect(queue.debts(inFlight: 1).isEmpty)
        #expect(queue.count == 0)
    }

    @Test("Debts of parents that nobody owns wait aside until somebody does")
    func homeless() {
        var queue = OwingQueue()
        queue.owe(Self.debt(1), to: nil)
        #expect(queue.nextBatch(requestID: 1, at: 0) == nil)
        #expect(queue.count == 1)
        let owner = rackB
        queue.replace { _ in owner }
        #expect(queue.nextBatch(requestID: 2, at: 0)?.instance == rackB)
    }

    @Test("A change of owner takes along what waits, not what is in flight")
    func replaced() {
        var queue = OwingQueue()
        for number in 0..<300 { queue.owe(Self.debt(number), to: rackA) }
        _ = queue.nextBatch(requestID: 1, at: 0)
        let owner = rackB
        queue.replace { _ in owner }
        #expect(queue.nextBatch(requestID: 2, at: 0)?.batch.debts.count == 44)
        #expect(queue.debts(inFlight: 1).count == Limits.statusesPerBatchMax)
    }

    @Test(
        "Whatever is answered, refused, lost or moved, every debt is settled in the end, once",
        arguments: [1, 2, 3] as [UInt64])
    func everythingSettles(seed: UInt64) {
        var random = ShardRandom(seed: seed)
        var queue = OwingQueue()
        var owed = Set(0..<700)
        for number in 0..<700 { queue.owe(Self.debt(number), to: random.once(in: 3) ? nil : rackA) }
        var now: Int64 = 0
        var id: UInt64 = 0
        while !owed.isEmpty, now < 10_000_000 {
            now += 500
            for debt in queue.expire(at: now) where owed.contains(Int(debt.ordinal)) {
                queue.owe(debt, to: rackA)
            }
            if random.once(in: 5) {
                let owner = random.once(in: 2) ? rackA : rackB
                queue.replace { _ in owner }
            }
            id += 1
            guard let (_, batch) = queue.nextBatch(requestID: id, at: now) else { continue }
            switch random.below(3) {
            case 0: break
            case 1:
                for debt in queue.failed(id, at: now) { queue.owe(debt, to: rackB) }
            default:
                queue.answered(id, hasProgress: true, at: now)
                for debt in batch.debts {
                    let wasOwed = owed.remove(Int(debt.ordinal)) != nil
                    #expect(wasOwed, "seed \(seed): settled twice")
                }
            }
        }
        #expect(owed.isEmpty, "seed \(seed)")
        #expect(queue.count == 0, "seed \(seed)")
    }
}
