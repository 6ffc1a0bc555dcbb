import HostMetrics
import Testing
import TwinClient
import TwinCore
import twin_agent

@Suite("What an agent does when")
struct AgentLoopTests {
    private static let interval = AgentScenario.interval.rawValue
    private static let minute = Milliseconds.minutes(1).rawValue

    @Test("a report leaves when it is taken, alone and unflagged; people read of it once")
    func live() {
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: Self.minute) { _ in .taken }
        #expect(scenario.sent.map(\.times) == (0...6).map { [$0 * Self.interval] })
        #expect(scenario.sent.map(\.atMilliseconds) == scenario.sampleTimes)
        #expect(scenario.sent.allSatisfy { $0.reports.allSatisfy { $0.flags.isEmpty } })
        #expect(scenario.notices == [.taken(waiting: 0, givenUp: 0)])
        #expect(scenario.waitingCount == 0)
    }

    @Test("after 5 minutes without a broker all arrives, oldest first, at ten times the rate")
    func backlog() {
        let away = Self.minute..<(6 * Self.minute)
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: 10 * Self.minute) {
            away.contains($0) ? AgentScenario.nobody : .taken
        }
        #expect(scenario.taken.flatMap(\.times) == scenario.sampleTimes)
        let late = scenario.taken.filter { $0.reports.contains { $0.flags == .buffered } }
        #expect(late.flatMap(\.reports).count >= 30)
        let back = late.first?.atMilliseconds ?? 0
        var count = 0
        for batch in late {
            count += batch.reports.count
            #expect(Int64(count) <= 10 + 10 * (batch.atMilliseconds - back) / Self.interval)
        }
        #expect(
            scenario.notices.first { if case .waiting = $0 { true } else { false } }
                == .waiting(.nobodyAnswers(endpoint: "tcp://b:1", seconds: 5)))
        #expect(scenario.notices.count == 3)
        #expect(scenario.sampleTimes.count == 61)
    }

    @Test("after 20 minutes the last 15 arrive, and what was given up is said and counted")
    func givenUp() {
        let away = Self.minute..<(21 * Self.minute)
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: 30 * Self.minute) {
            away.contains($0) ? AgentScenario.nobody : .taken
        }
        let arrived = scenario.taken.flatMap(\.times)
        let lost = scenario.sampleTimes.count - arrived.count
        #expect(lost > 0)
        #expect(arrived == arrived.sorted())
        let first = scenario.taken.first { $0.atMilliseconds >= away.upperBound }
        let oldest = first.map { $0.atMilliseconds - ($0.times.first ?? 0) } ?? 0
        #expect(oldest > Limits.windowSpan.rawValue - Self.interval)
        #expect(oldest <= Limits.windowSpan.rawValue)
        let said: [Bool] = scenario.notices.map { $0 == .givingUp }
        #expect(said == [false, false, true, false])
        guard case .taken(_, let givenUp) = scenario.notices.last else {
            Issue.record("no notice that reports are taken again: \(scenario.notices)")
            return
        }
        #expect(givenUp == UInt64(lost))
    }

    @Test("a broker that is away is tried again after 1 to 30 s, over a new connection")
    func backoff() {
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: 20 * Self.minute) { _ in AgentScenario.nobody }
        let ended = scenario.sent.filter { $0.end != nil }
        #expect(scenario.disconnects == ended.count)
        let starts = scenario.sent.map(\.atMilliseconds)
        let waits = zip(starts, starts.dropFirst()).map { $1 - $0 - 5_000 }
        #expect(waits.allSatisfy { (1_000...30_000).contains($0) })
        #expect(waits.contains { $0 > 10_000 })
        #expect(Set(waits).count > waits.count / 2)
    }

    @Test("a twin that nobody commissioned is said once; each report is tried, none is kept")
    func unknownAddress() {
        var scenario = AgentScenario()
        let commissioned = 2 * Self.minute
        scenario.run(untilMilliseconds: 3 * Self.minute) {
            $0 < commissioned ? AgentScenario.refusal(.unknownAddress) : .taken
        }
        #expect(scenario.sent.map(\.times) == scenario.sampleTimes.map { [$0] })
        #expect(
            scenario.notices
                == [.refused(.unknownAddress, "no"), .taken(waiting: 0, givenUp: 0)])
        #expect(scenario.disconnects == 0)
    }

    @Test(
        "what passes keeps the reports and the connection; what does not is forgotten",
        arguments: Refusal.Code.allCases)
    func refusals(code: Refusal.Code) {
        let passes: Set<Refusal.Code> = [
            .unavailable, .overloaded, .expired, .notOwner, .storageFailed,
        ]
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: 0) { _ in AgentScenario.refusal(code) }
        #expect(scenario.waitingCount == (passes.contains(code) ? 1 : 0))
        #expect(scenario.disconnects == 0)
        #expect(scenario.remembered == 0)
        scenario.run(untilMilliseconds: Self.minute) { _ in .taken }
        let expected = passes.contains(code) ? 0 : Self.interval
        #expect(scenario.taken.first?.times.first == expected)
    }

    @Test("a reboot is told with its report, however late that arrives, and then remembered")
    func reboot() {
        var scenario = AgentScenario()
        scenario.rebooted = true
        scenario.run(untilMilliseconds: 2 * Self.minute) {
            $0 < Self.minute ? AgentScenario.nobody : .taken
        }
        let flags = scenario.taken.flatMap(\.reports).map(\.flags)
        #expect(flags.first == [.buffered, .rebooted])
        #expect(flags.dropFirst().allSatisfy { !$0.contains(.rebooted) })
        #expect(scenario.remembered == scenario.taken.count)
    }

    @Test("a host that slept takes one sample when it wakes, and then keeps its old beat")
    func schedule() {
        var scenario = AgentScenario()
        scenario.run(untilMilliseconds: Self.interval) { _ in .taken }
        scenario.sleep(untilMilliseconds: 60 * Self.minute + 3_000)
        scenario.run(untilMilliseconds: 60 * Self.minute + Self.interval) { _ in .taken }
        #expect(
            scenario.sampleTimes == [
                0, Self.interval, 60 * Self.minute + 3_000, 60 * Self.minute + Self.interval,
            ])
    }

    @Test("sampling goes on while an answer is late, and nothing else is sent")
    func slowAnswer() {
        var loop = AgentLoop(interval: AgentScenario.interval, nowMilliseconds: 0)
        let sample = HostSample(
            at: Timestamp(milliseconds: 0), names: [], values: [], devices: [], rebooted: false)
        var steps: [String] = []
        for now in [0, 0, 0, Self.interval, Self.interval] {
            switch loop.step(nowMilliseconds: now) {
            case .sample:
                steps.append("sample")
                loop.sampled(sample, nowMilliseconds: now)
            case .send: steps.append("send")
            case .wait(let until): steps.append("wait \(until)")
            case .disconnect, .rememberBoot, .tell: steps.append("other")
            }
        }
        #expect(steps == ["sample", "send", "wait 10000", "sample", "wait 20000"])
    }
}
