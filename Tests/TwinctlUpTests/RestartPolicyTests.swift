import Testing
import twinctl

struct RestartPolicyTests {
    @Test("the pause doubles from half a second, and four ends are forgiven")
    func pauseDoubles() {
        var policy = RestartPolicy()
        let pauses = (0..<4).map { policy.ended(at: .seconds($0), startedAt: .seconds($0)) }
        let milliseconds = [500, 1_000, 2_000, 4_000]
        #expect(pauses == milliseconds.map { .restart(after: .milliseconds($0)) })
    }

    @Test("five ends within a minute are a crash loop")
    func crashLoop() {
        var policy = RestartPolicy()
        for second in 0..<4 {
            let decision = policy.ended(at: .seconds(second * 14), startedAt: .zero)
            #expect(decision != .giveUp)
        }
        #expect(policy.ended(at: .seconds(59), startedAt: .seconds(58)) == .giveUp)
    }

    @Test("ends further apart than a minute in sum are never a crash loop")
    func slowEnds() {
        var policy = RestartPolicy()
        for count in 0..<100 {
            let now = Duration.seconds(count * 15)
            let decision = policy.ended(at: now, startedAt: now - .seconds(5))
            #expect(decision != .giveUp)
        }
    }

    @Test("the pause never exceeds ten seconds")
    func pauseBound() {
        var policy = RestartPolicy()
        var last = RestartPolicy.Decision.giveUp
        for count in 0..<20 {
            let now = Duration.seconds(count * 15)
            last = policy.ended(at: now, startedAt: now - .seconds(5))
        }
        #expect(last == .restart(after: .seconds(10)))
    }

    @Test("a process that ran for a minute starts over with the shortest pause")
    func recovery() {
        var policy = RestartPolicy()
        _ = policy.ended(at: .seconds(1), startedAt: .zero)
        _ = policy.ended(at: .seconds(3), startedAt: .seconds(2))
        let decision = policy.ended(at: .seconds(70), startedAt: .seconds(5))
        #expect(decision == .restart(after: .milliseconds(500)))
    }
}
