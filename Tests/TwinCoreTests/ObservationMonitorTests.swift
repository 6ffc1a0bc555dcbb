import Testing
import TwinCore

@Suite("Observation monitor")
struct ObservationMonitorTests {
    /// A monitor with a broker that answers each second's beat, unless told otherwise.
    private struct Bench {
        var monitor = ObservationMonitor()
        var now: Int64 = 1_000
        var number: UInt64 = 0
        var nonce: UInt64 = 77

        mutating func beat() {
            number += 1
            monitor.turnBegan(at: now)
            monitor.beatSent(number: number, at: now)
        }

        mutating func answer(
            _ answered: UInt64? = nil, after milliseconds: Int64 = 1,
            _ change: (inout BeatReply) -> Void = { _ in }
        ) {
            now += milliseconds
            var reply = BeatReply(
                number: answered ?? number, brokerNonce: nonce, placementVersion: 1,
                isYoung: false, isBehind: false, dropped: 0, unheardServerShards: ShardSet(),
                unheardRackShards: ShardSet())
            change(&reply)
            monitor.beatAnswered(reply, at: now)
        }

        mutating func second() {
            beat()
            answer()
            now += 999
        }

        static func observing() -> Bench {
            var bench = Bench()
            bench.second()
            return bench
        }
    }

    @Test("A new registration gives the broker three more beats; only an answer ends blindness")
    func registeredAnew() {
        var bench = Bench.observing()
        for _ in 0..<5 { bench.beat() }
        #expect(bench.monitor.isBrokerSilent)
        bench.monitor.registered()
        bench.beat()
        #expect(!bench.monitor.isBrokerSilent, "the unanswered beats before do not count")
        #expect(bench.monitor.blindness == .brokerSilent)
        bench.answer()
        #expect(bench.monitor.blindness == nil)
    }

    @Test("Blind from the start, until a beat is answered")
    func start() {
        var bench = Bench()
        #expect(bench.monitor.blindness == .starting)
        bench.beat()
        #expect(bench.monitor.blindness == .starting)
        bench.answer()
        #expect(bench.monitor.blindness == nil)
        #expect(bench.monitor.takeFloorMargin() == Limits.floorMargin)
    }

    @Test("Blind after three beats without an answer; senders get time to come back")
    func brokerSilent() {
        var bench = Bench.observing()
        for _ in 0..<3 {
            bench.beat()
            bench.now += 1_000
            #expect(bench.monitor.blindness == nil)
        }
        bench.beat()
        #expect(bench.monitor.blindness == .brokerSilent)
        bench.answer()
        #expect(bench.monitor.blindness == nil)
        #expect(
            bench.monitor.takeFloorMargin() == Limits.floorMargin + Limits.reconnectBackoffMax)
        #expect(bench.monitor.takeFloorMargin() == Limits.floorMargin)
    }

    @Test("Blind when a beat takes more than two seconds")
    func slowBeat() {
        var bench = Bench.observing()
        bench.beat()
        bench.answer(after: 2_001)
        #expect(bench.monitor.blindness == .slowBeat)
        bench.second()
        #expect(bench.monitor.blindness == nil)
    }

    @Test("Blind when this process did not run for more than two seconds, by the suspended clock")
    func paused() {
        var bench = Bench.observing()
        bench.monitor.turnBegan(at: bench.now)
        bench.now += 2_001
        bench.monitor.turnBegan(at: bench.now)
        #expect(bench.monitor.blindness == .paused)
        bench.second()
        #expect(bench.monitor.blindness == nil)
    }

    @Test("An answer to a beat from before the pause does not make us see again")
    func answerFromBeforeThePause() {
        var bench = Bench.observing()
        bench.beat()
        bench.now += 60_000
        bench.monitor.turnBegan(at: bench.now)
        bench.answer()
        #expect(bench.monitor.blindness != nil)
    }

    @Test("Blind while the queue is not emptied for two seconds on end")
    func slowQueue() {
        var bench = Bench.observing()
        for _ in 0..<4 {
            bench.monitor.drained(stoppedAtLimit: true, at: bench.now)
            bench.second()
        }
        #expect(bench.monitor.blindness == .slowQueue)
        bench.monitor.drained(stoppedAtLimit: false, at: bench.now)
        bench.second()
        #expect(bench.monitor.blindness == nil)
        for _ in 0..<4 {
            bench.monitor.drained(stoppedAtLimit: true, at: bench.now)
            bench.monitor.drained(stoppedAtLimit: false, at: bench.now)
            bench.second()
        }
        #expect(bench.monitor.blindness == nil)
    }

    @Test("Blind by the broker's own word: young, behind, dropping")
    func brokersWord() {
        let words: [(ObservationMonitor.Reason, (inout BeatReply) -> Void)] = [
            (.brokerYoung, { $0.isYoung = true }), (.brokerBehind, { $0.isBehind = true }),
            (.dropped, { $0.dropped = 1 }),
        ]
        for (reason, change) in words {
            var bench = Bench.observing()
            bench.beat()
            bench.answer(1_000, change)
            #expect(bench.monitor.blindness == nil, "an answer to no beat of ours")
            bench.beat()
            bench.answer(after: 1, change)
            #expect(bench.monitor.blindness == reason)
            bench.second()
            #expect(bench.monitor.blindness == nil)
        }
    }

    @Test("Another broker process makes us blind once, with time for senders to come back")
    func newBroker() {
        var bench = Bench.observing()
        _ = bench.monitor.takeFloorMargin()
        bench.nonce = 78
        bench.beat()
        bench.answer()
        #expect(bench.monitor.blindness == .brokerYoung)
        bench.second()
        #expect(bench.monitor.blindness == nil)
        #expect(bench.monitor.takeFloorMargin() > Limits.floorMargin)
    }

    @Test("A repeated or older answer says nothing")
    func repeatedAnswer() {
        var bench = Bench.observing()
        bench.second()
        for _ in 0..<5 {
            bench.beat()
            bench.now += 1_000
        }
        #expect(bench.monitor.blindness == .brokerSilent)
        bench.answer(1)
        bench.answer(2)
        #expect(bench.monitor.blindness == .brokerSilent)
    }
}
