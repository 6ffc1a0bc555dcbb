package import TwinCore

/// Keeps a reporter's samples until the cluster has answered `ok` for them, 15 minutes of them.
///
/// A sample is `add`ed when it was taken. `nextBatch` hands out the oldest ones; they stay here
/// until `confirmBatch`, or go back with `returnBatch`. What had to wait leaves flagged `buffered`
/// and at no more than ten times the rate at which it was taken, so that many agents coming back
/// together do not bury the broker. Ages count on the monotonic clock. Costs at most
/// `Limits.windowReportsMax` samples of memory.
package struct ReportBuffer: Sendable {
    /// Reports of a backlog in the time of one.
    package static let catchUpFactor: Int64 = 10

    private struct Entry: Sendable {
        var sample: HostSample
        var takenMilliseconds: Int64
        var waited: Bool
    }

    private let interval: Milliseconds
    private let span: Milliseconds
    private let countMax: Int
    private var entries: [Entry] = []
    /// The first so many entries are on their way.
    private var inFlight = 0
    /// Right to send what waited: a report costs one interval in milliseconds. At most
    /// `catchUpFactor` reports.
    private var credit: Int64
    private var creditMilliseconds: Int64?
    /// Samples that were given up unsent, too old or too many.
    package private(set) var dropped: UInt64 = 0

    /// `interval` is the time between two samples, at least a millisecond.
    package init(
        interval: Milliseconds, span: Milliseconds = Limits.windowSpan,
        countMax: Int = Limits.windowReportsMax
    ) {
        invariant(
            interval > .zero, "a report buffer needs an interval, has \(interval.rawValue) ms")
        invariant(countMax > 0, "a report buffer needs room for a report, has \(countMax)")
        self.interval = interval
        self.span = span
        self.countMax = countMax
        credit = Self.catchUpFactor * interval.rawValue
    }

    /// Samples not yet confirmed, those on their way included.
    package var count: Int { entries.count }

    /// Takes a new sample. It counts as waiting if the broker is away or others wait before it.
    package mutating func add(
        _ sample: HostSample, monotonicMilliseconds: Int64, brokerIsThere: Bool
    ) {
        let waits = !brokerIsThere || entries.count > inFlight
        entries.append(
            Entry(sample: sample, takenMilliseconds: monotonicMilliseconds, waited: waits))
        drop(monotonicMilliseconds: monotonicMilliseconds)
    }

    /// The oldest samples that may leave now, oldest first; none while a batch is on its way.
    package mutating func nextBatch(monotonicMilliseconds: Int64) -> [BufferedReport] {
        guard inFlight == 0 else { return [] }
        drop(monotonicMilliseconds: monotonicMilliseconds)
        gainCredit(monotonicMilliseconds: monotonicMilliseconds)
        var batch: [BufferedReport] = []
        for entry in entries {
            if entry.waited {
                guard credit >= interval.rawValue else { break }
                credit -= interval.rawValue
            }
            var flags: ReportFlags = entry.waited ? .buffered : []
            if entry.sample.rebooted { flags.insert(.rebooted) }
            batch.append(BufferedReport(sample: entry.sample, flags: flags))
        }
        inFlight = batch.count
        return batch
    }

    /// The batch on its way was answered: it is forgotten.
    package mutating func confirmBatch() {
        entries.removeFirst(inFlight)
        inFlight = 0
    }

    /// The batch on its way was not answered: it waits with the others and goes out again.
    package mutating func returnBatch() {
        for index in 0..<inFlight { entries[index].waited = true }
        inFlight = 0
    }

    private mutating func gainCredit(monotonicMilliseconds: Int64) {
        let passed = monotonicMilliseconds - (creditMilliseconds ?? monotonicMilliseconds)
        creditMilliseconds = monotonicMilliseconds
        // Whoever waited an interval has the full right; more than that could overflow.
        credit += Self.catchUpFactor * min(max(passed, 0), interval.rawValue)
        credit = min(credit, creditMax)
    }

    private var creditMax: Int64 { Self.catchUpFactor * interval.rawValue }

    /// What is on its way is not dropped: its answer is still to come.
    private mutating func drop(monotonicMilliseconds: Int64) {
        var excess = entries.count - countMax
        let waiting = entries.dropFirst(inFlight)
        let old = waiting.prefix { entry in
            monotonicMilliseconds - entry.takenMilliseconds > span.rawValue
        }
        excess = min(max(excess, old.count), waiting.count)
        guard excess > 0 else { return }
        entries.removeSubrange(inFlight..<(inFlight + excess))
        dropped += UInt64(excess)
    }
}
