import Testing
import TwinCore

@Suite("The life of a request")
struct RequestTrackerTests {
    private var random = ConstantRandom(value: 1 << 40)

    private func sent(_ terms: RetryTerms) -> RequestTracker {
        var tracker = RequestTracker(terms: terms, nowMilliseconds: 0)
        tracker.sent(nowMilliseconds: 0)
        return tracker
    }

    @Test("a refusal ends it or is repeated, by its code", arguments: Refusal.Code.allCases)
    func codes(_ code: Refusal.Code) {
        var random = random
        var tracker = sent(RetryTerms(timeout: .seconds(5)))
        let refusal = Refusal(code, "no")
        tracker.refused(refusal, nowMilliseconds: 10, using: &random)
        let step = tracker.step(nowMilliseconds: 10, using: &random)
        switch code {
        case .notOwner, .overloaded, .expired:
            #expect(step == .wait(untilMilliseconds: 110))
            #expect(tracker.step(nowMilliseconds: 110, using: &random) == .send)
            #expect(tracker.needsRoute == (code == .notOwner))
        default: #expect(step == .end(.refused(refusal)))
        }
    }

    @Test("not-owner is re-routed twice and no more")
    func reroutes() {
        var random = random
        var tracker = sent(RetryTerms(timeout: nil))
        let refusal = Refusal(.notOwner, "moved")
        var now: Int64 = 0
        for _ in 0..<2 {
            tracker.refused(refusal, nowMilliseconds: now, using: &random)
            now += 10_000
            #expect(tracker.step(nowMilliseconds: now, using: &random) == .send)
            tracker.sent(nowMilliseconds: now)
        }
        tracker.refused(refusal, nowMilliseconds: now, using: &random)
        #expect(tracker.step(nowMilliseconds: now, using: &random) == .end(.refused(refusal)))
    }

    @Test("overloaded waits longer each time, from 0.2 to 10 s")
    func backoff() {
        var random = random
        var waits: [Int64] = []
        var tracker = sent(RetryTerms(timeout: nil))
        for _ in 0..<8 {
            tracker.refused(Refusal(.overloaded, "full"), nowMilliseconds: 0, using: &random)
            guard case .wait(let until) = tracker.step(nowMilliseconds: 0, using: &random) else {
                Issue.record("does not wait")
                return
            }
            waits.append(until)
            _ = tracker.step(nowMilliseconds: until, using: &random)
            tracker.sent(nowMilliseconds: 0)
        }
        #expect(waits == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000])
    }

    @Test("an owner is waited for only by terms that say so")
    func waitsForOwner() {
        var random = random
        let refusal = Refusal(.unavailable, "server-a is gone")
        var tracker = sent(RetryTerms(waitsForOwner: true))
        tracker.refused(refusal, nowMilliseconds: 0, using: &random)
        #expect(
            tracker.step(nowMilliseconds: 0, using: &random) == .wait(untilMilliseconds: 100))
        #expect(
            tracker.step(nowMilliseconds: 5_000, using: &random) == .end(.refused(refusal)))
    }

    @Test("without an answer it is sent again, and its outcome is unknown in the end")
    func silence() {
        var random = random
        var tracker = sent(RetryTerms(timeout: .seconds(5), attemptTimeout: .seconds(2)))
        #expect(
            tracker.step(nowMilliseconds: 1, using: &random) == .wait(untilMilliseconds: 2_000))
        #expect(
            tracker.step(nowMilliseconds: 2_000, using: &random)
                == .wait(untilMilliseconds: 2_100))
        #expect(tracker.step(nowMilliseconds: 2_100, using: &random) == .send)
        tracker.sent(nowMilliseconds: 2_100)
        #expect(
            tracker.step(nowMilliseconds: 5_000, using: &random)
                == .end(.outcomeUnknown(attempts: 2)))
    }

    @Test("a refusal after silence leaves the outcome unknown: the first sending may have counted")
    func silenceThenOverloaded() {
        var random = random
        var tracker = sent(RetryTerms(timeout: .seconds(5), attemptTimeout: .seconds(2)))
        _ = tracker.step(nowMilliseconds: 2_000, using: &random)
        _ = tracker.step(nowMilliseconds: 2_100, using: &random)
        tracker.sent(nowMilliseconds: 2_100)
        tracker.refused(Refusal(.overloaded, "full"), nowMilliseconds: 2_200, using: &random)
        #expect(
            tracker.step(nowMilliseconds: 5_000, using: &random)
                == .end(.outcomeUnknown(attempts: 2)))
    }

    @Test("what may not be repeated is sent once and waited for")
    func unrepeatable() {
        var random = random
        var tracker = sent(
            RetryTerms(timeout: .seconds(5), attemptTimeout: .seconds(2), isRepeatable: false))
        tracker.linkLost(nowMilliseconds: 100, using: &random)
        #expect(
            tracker.step(nowMilliseconds: 3_000, using: &random)
                == .wait(untilMilliseconds: 5_000))
        #expect(
            tracker.step(nowMilliseconds: 5_000, using: &random)
                == .end(.outcomeUnknown(attempts: 1)))
    }

    @Test("a broken connection sends again soon")
    func linkLost() {
        var random = random
        var tracker = sent(RetryTerms())
        tracker.linkLost(nowMilliseconds: 50, using: &random)
        #expect(tracker.step(nowMilliseconds: 150, using: &random) == .send)
    }

    @Test("what was never sent is not unknown")
    func neverSent() {
        var random = random
        var tracker = RequestTracker(
            terms: RetryTerms(timeout: .seconds(5)), nowMilliseconds: 0)
        #expect(tracker.step(nowMilliseconds: 0, using: &random) == .send)
        #expect(tracker.remaining(nowMilliseconds: 2_000) == .seconds(3))
        #expect(tracker.step(nowMilliseconds: 5_000, using: &random) == .end(.neverSent))
    }
}
