import HostMetrics
import Testing
import TwinCore

@Suite("Reports wait while the broker is away")
struct ReportBufferTests {
    private static let interval = Milliseconds.seconds(10)

    private func sample(_ number: Int64, rebooted: Bool = false) -> HostSample {
        HostSample(
            at: Timestamp(milliseconds: number), names: [], values: [], devices: [],
            rebooted: rebooted)
    }

    /// A buffer in which samples 0… were taken every interval while the broker was away.
    private func backlog(_ count: Int64) -> ReportBuffer {
        var buffer = ReportBuffer(interval: Self.interval)
        for number in 0..<count {
            buffer.add(
                sample(number), monotonicMilliseconds: number * Self.interval.rawValue,
                brokerIsThere: false)
        }
        return buffer
    }

    @Test("A sample leaves at once and unflagged while the broker is there")
    func live() {
        var buffer = ReportBuffer(interval: Self.interval)
        buffer.add(sample(1), monotonicMilliseconds: 0, brokerIsThere: true)
        let batch = buffer.nextBatch(monotonicMilliseconds: 0)
        #expect(batch.map(\.flags) == [[]])
        #expect(buffer.nextBatch(monotonicMilliseconds: 0).isEmpty)
        buffer.confirmBatch()
        #expect(buffer.count == 0)
    }

    @Test("A backlog leaves oldest first, flagged, ten reports in the time of one")
    func catchUp() {
        var buffer = backlog(25)
        var sent: [[Int64]] = []
        for step in 0..<3 as Range<Int64> {
            let batch = buffer.nextBatch(
                monotonicMilliseconds: (25 + step) * Self.interval.rawValue)
            #expect(batch.allSatisfy { $0.flags == .buffered })
            sent.append(batch.map(\.sample.at.milliseconds))
            buffer.confirmBatch()
        }
        #expect(sent == [Array(0..<10), Array(10..<20), Array(20..<25)])
    }

    @Test("Asking often does not raise the rate")
    func rate() {
        var buffer = backlog(80)
        var count = 0
        let start = 80 * Self.interval.rawValue
        for millisecond in stride(from: start, through: start + 3 * Self.interval.rawValue, by: 100)
        {
            count += buffer.nextBatch(monotonicMilliseconds: millisecond).count
            buffer.confirmBatch()
        }
        #expect(count == 40)
    }

    @Test("Asking every second of an hour's interval buys rights too")
    func longInterval() {
        var buffer = ReportBuffer(interval: .hours(1), span: .hours(24))
        for number in 0..<13 as Range<Int64> {
            buffer.add(sample(number), monotonicMilliseconds: number, brokerIsThere: false)
        }
        var count = 0
        for second in 0...720 as ClosedRange<Int64> {
            count += buffer.nextBatch(monotonicMilliseconds: second * 1_000).count
            buffer.confirmBatch()
        }
        #expect(count == 12)
    }

    @Test("A sample taken during the catching up waits for its turn, flagged")
    func order() {
        var buffer = backlog(12)
        let now = 12 * Self.interval.rawValue
        buffer.add(sample(12), monotonicMilliseconds: now, brokerIsThere: true)
        _ = buffer.nextBatch(monotonicMilliseconds: now)
        buffer.confirmBatch()
        let rest = buffer.nextBatch(monotonicMilliseconds: now + Self.interval.rawValue)
        #expect(rest.map(\.sample.at.milliseconds) == [10, 11, 12])
        #expect(rest.last?.flags == .buffered)
    }

    @Test("A batch without an answer goes out again, whole and flagged")
    func unanswered() {
        var buffer = ReportBuffer(interval: Self.interval)
        buffer.add(sample(1, rebooted: true), monotonicMilliseconds: 0, brokerIsThere: true)
        #expect(buffer.nextBatch(monotonicMilliseconds: 0).map(\.flags) == [.rebooted])
        buffer.returnBatch()
        let again = buffer.nextBatch(monotonicMilliseconds: 5_000)
        #expect(again.map(\.flags) == [[.rebooted, .buffered]])
    }

    @Test("What is older than 15 minutes is dropped, oldest first, and counted")
    func age() {
        var buffer = backlog(100)
        #expect(buffer.count == 91)
        #expect(buffer.dropped == 9)
        let batch = buffer.nextBatch(monotonicMilliseconds: 99 * Self.interval.rawValue)
        #expect(batch.first?.sample.at.milliseconds == 9)
    }

    @Test("The count has a bound too, and what is on its way is not dropped")
    func bound() {
        var buffer = ReportBuffer(interval: Self.interval, countMax: 3)
        buffer.add(sample(0), monotonicMilliseconds: 0, brokerIsThere: true)
        #expect(buffer.nextBatch(monotonicMilliseconds: 0).count == 1)
        for number in 1...5 as ClosedRange<Int64> {
            buffer.add(sample(number), monotonicMilliseconds: number, brokerIsThere: false)
        }
        #expect(buffer.count == 3)
        #expect(buffer.dropped == 3)
        buffer.confirmBatch()
        let rest = buffer.nextBatch(monotonicMilliseconds: 10)
        #expect(rest.map(\.sample.at.milliseconds) == [4, 5])
    }
}
