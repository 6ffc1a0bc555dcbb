import HostMetrics
import Testing
import TwinCore

@Suite("Reconnecting backs off")
struct ReconnectBackoffTests {
    @Test(
        "Waits stay within 1 to 30 s and their bound doubles to 30 s",
        arguments: 0..<8 as Range<UInt64>)
    func range(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var backoff = ReconnectBackoff()
        for bound in [2, 4, 8, 16, 30, 30, 30] as [Int64] {
            let delay = backoff.nextDelay(using: &random)
            #expect(delay >= .seconds(1) && delay <= .seconds(bound), "seed \(seed)")
        }
    }

    @Test("Two agents do not wait alike")
    func jitter() {
        var random = SeededRandom(seed: 1)
        let delays = (0..<100).map { _ in
            var backoff = ReconnectBackoff()
            return backoff.nextDelay(using: &random)
        }
        #expect(Set(delays).count > 50)
    }

    @Test("An answer brings back the shortest wait")
    func reset() {
        var random = SeededRandom(seed: 1)
        var backoff = ReconnectBackoff()
        for _ in 0..<5 { _ = backoff.nextDelay(using: &random) }
        backoff.reset()
        #expect(backoff.nextDelay(using: &random) <= .seconds(2))
    }
}
