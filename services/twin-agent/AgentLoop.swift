package import HostMetrics
package import TwinCore

/// What an agent does when: samples on a schedule, reports until they are answered `ok`.
///
/// A pure machine. The runner does what `step` says and tells it what came of it (`sampled`,
/// `ended`). At most one batch is on its way. Times are monotonic milliseconds.
///
/// | end of a batch | what follows |
/// |---|---|
/// | every report taken | they are forgotten; what waits goes on, oldest first |
/// | a refusal that passes, such as `unavailable` | they wait 1–30 s and go again |
/// | no broker, no answer, no readable answer | the same, over a new connection |
/// | any other refusal, such as `unknown-address` | they are forgotten; the next sample is tried |
package struct AgentLoop: Sendable {
    private let interval: Milliseconds
    private var buffer: ReportBuffer
    private var backoff = ReconnectBackoff()
    /// How the last batch ended; people are told of its changes.
    private var lastEnd: BatchEnd?
    /// What is to be done before anything else.
    private var effects: [AgentStep] = []
    private var isSending = false
    private var nextSampleMilliseconds: Int64
    private var nextTryMilliseconds: Int64
    private var givenUpTold: UInt64 = 0
    private var isGivingUp = false

    /// - Parameters:
    ///   - interval: the time between two samples.
    ///   - nowMilliseconds: when the first one is taken.
    package init(interval: Milliseconds, nowMilliseconds: Int64) {
        self.interval = interval
        buffer = ReportBuffer(interval: interval)
        nextSampleMilliseconds = nowMilliseconds
        nextTryMilliseconds = nowMilliseconds
    }

    /// Reports that are not answered yet.
    package var waitingCount: Int { buffer.count }

    /// What to do now; `wait` when nothing is left to do.
    package mutating func step(nowMilliseconds now: Int64) -> AgentStep {
        guard effects.isEmpty else { return effects.removeFirst() }
        if now >= nextSampleMilliseconds { return .sample }
        guard !isSending else { return .wait(untilMilliseconds: nextSampleMilliseconds) }
        guard now >= nextTryMilliseconds else {
            return .wait(untilMilliseconds: min(nextSampleMilliseconds, nextTryMilliseconds))
        }
        let batch = buffer.nextBatch(monotonicMilliseconds: now)
        guard !batch.isEmpty else { return .wait(untilMilliseconds: nextSampleMilliseconds) }
        isSending = true
        return .send(batch)
    }

    /// The host was read. However late this was, the next time is a whole number of intervals after
    /// the first.
    package mutating func sampled(_ sample: HostSample, nowMilliseconds now: Int64) {
        let missed = max(0, now - nextSampleMilliseconds) / interval.rawValue
        nextSampleMilliseconds += (missed + 1) * interval.rawValue
        buffer.add(
            sample, monotonicMilliseconds: now, brokerIsThere: lastEnd?.isKept != true)
        guard buffer.dropped > givenUpTold, !isGivingUp else { return }
        isGivingUp = true
        effects.append(.tell(.givingUp))
    }

    /// The batch on its way ended.
    package mutating func ended(
        _ end: BatchEnd, nowMilliseconds now: Int64, using random: inout some RandomNumberGenerator
    ) {
        isSending = false
        if end.isKept {
            buffer.returnBatch()
            nextTryMilliseconds = now + backoff.nextDelay(using: &random).rawValue
        } else {
            buffer.confirmBatch()
            backoff.reset()
        }
        if !end.isLike(lastEnd) { effects.append(.tell(notice(of: end))) }
        if end.breaksConnection { effects.append(.disconnect) }
        if end == .taken { effects.append(.rememberBoot) }
        lastEnd = end
    }

    private mutating func notice(of end: BatchEnd) -> AgentNotice {
        switch end {
        case .kept(let error): return .waiting(error)
        case .refused(let code, let reason): return .refused(code, reason)
        case .taken:
            defer { (givenUpTold, isGivingUp) = (buffer.dropped, false) }
            return .taken(waiting: buffer.count, givenUp: buffer.dropped - givenUpTold)
        }
    }
}
