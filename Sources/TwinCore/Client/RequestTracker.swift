/// The life of one request at its requester: when to send, when to send again, how it ends.
///
/// A pure machine. The requester tells it what happens (`sent`, `refused`, `linkLost`, time) and
/// does what `step` says. An answer ends a request from outside; so this machine never sees one.
/// Times are the requester's monotonic milliseconds.
///
/// | event | what follows |
/// |---|---|
/// | `not-owner` | sent again after a back-off, by a fresh route; a third one ends it |
/// | `overloaded`, `expired` | nothing was done: sent again after a back-off while time is left |
/// | `unavailable` | the same if the terms wait for an owner, else the end |
/// | any other refusal | the end |
/// | no answer, connection lost | sent again if repeatable; else it is waited for |
/// | time over | the last refusal; *outcome unknown* if any sending is unanswered |
package struct RequestTracker: Equatable, Sendable {
    /// How a request ends that got no answer.
    package enum End: Equatable, Sendable {
        /// Nothing was done.
        case refused(Refusal)
        /// Nothing was ever sent: nobody is connected.
        case neverSent
        /// It may have been done or not, after so many sendings.
        case outcomeUnknown(attempts: Int)
    }

    /// What the requester does next.
    package enum Step: Equatable, Sendable {
        /// Send the request now; as soon as the connection takes it.
        case send
        /// Nothing until this time.
        case wait(untilMilliseconds: Int64)
        case end(End)
    }

    private enum State: Equatable {
        /// To be sent as soon as the connection takes it.
        case ready
        /// On its way since the last sending.
        case inFlight(untilMilliseconds: Int64)
        /// To be sent after a back-off.
        case resting(untilMilliseconds: Int64)
        case ended(End)
    }

    private let terms: RetryTerms
    private let deadlineMilliseconds: Int64
    private var state = State.ready
    private var backoff = RetryBackoff()
    private var reroutes = 0
    private var lastRefusal: Refusal?
    /// Sendings that nobody answered: their outcome is unknown.
    private var unanswered = 0

    /// Sendings so far.
    package private(set) var attempts = 0

    /// True from a `not-owner` to the next sending: whoever routes by a placement looks anew.
    package private(set) var needsRoute = false

    package init(terms: RetryTerms, nowMilliseconds: Int64) {
        self.terms = terms
        deadlineMilliseconds = terms.timeout.map { nowMilliseconds + $0.rawValue } ?? .max
    }

    /// What is left of the time, for the envelope; nil = for ever.
    package func remaining(nowMilliseconds: Int64) -> Milliseconds? {
        guard terms.timeout != nil else { return nil }
        return max(.zero, Milliseconds(rawValue: deadlineMilliseconds - nowMilliseconds))
    }

    /// The connection took the request.
    package mutating func sent(nowMilliseconds: Int64) {
        guard state == .ready else { return }
        attempts += 1
        unanswered += 1
        needsRoute = false
        state = .inFlight(untilMilliseconds: nowMilliseconds + terms.attemptTimeout.rawValue)
    }

    /// A refusal came back.
    package mutating func refused(
        _ refusal: Refusal, nowMilliseconds: Int64, using random: inout some RandomNumberGenerator
    ) {
        guard attempts > 0 else { return }
        if case .ended = state { return }
        unanswered = max(0, unanswered - 1)
        lastRefusal = refusal
        switch refusal.code {
        case .notOwner:
            reroutes += 1
            needsRoute = true
            guard reroutes <= Limits.reroutesMax else { return end(.refused(refusal)) }
        case .unavailable:
            guard terms.waitsForOwner else { return end(.refused(refusal)) }
        case .overloaded, .expired: break
        case .unknownAddress, .invalid, .conflict, .tooLarge, .unsupportedVersion, .unauthorized,
            .quarantined, .storageFailed:
            return end(.refused(refusal))
        }
        rest(nowMilliseconds: nowMilliseconds, using: &random)
    }

    /// The connection broke: what was on its way may have been lost.
    package mutating func linkLost(
        nowMilliseconds: Int64, using random: inout some RandomNumberGenerator
    ) {
        guard terms.isRepeatable, case .inFlight = state else { return }
        backoff.reset()
        rest(nowMilliseconds: nowMilliseconds, using: &random)
    }

    /// What to do now.
    package mutating func step(
        nowMilliseconds: Int64, using random: inout some RandomNumberGenerator
    ) -> Step {
        if case .ended(let end) = state { return .end(end) }
        if nowMilliseconds >= deadlineMilliseconds {
            let end = endInTime
            self.end(end)
            return .end(end)
        }
        switch state {
        case .inFlight(let until) where nowMilliseconds >= until && terms.isRepeatable:
            rest(nowMilliseconds: nowMilliseconds, using: &random)
        case .resting(let until) where nowMilliseconds >= until: state = .ready
        case .ready, .inFlight, .resting, .ended: break
        }
        switch state {
        case .ready: return .send
        case .inFlight(let until):
            return .wait(
                untilMilliseconds: terms.isRepeatable
                    ? min(until, deadlineMilliseconds) : deadlineMilliseconds)
        case .resting(let until):
            return .wait(untilMilliseconds: min(until, deadlineMilliseconds))
        case .ended(let end): return .end(end)
        }
    }

    private var endInTime: End {
        if unanswered > 0 { return .outcomeUnknown(attempts: attempts) }
        guard let lastRefusal else { return .neverSent }
        return .refused(lastRefusal)
    }

    private mutating func rest(
        nowMilliseconds: Int64, using random: inout some RandomNumberGenerator
    ) {
        let wait = backoff.next(using: &random)
        state = .resting(untilMilliseconds: nowMilliseconds + wait.rawValue)
    }

    private mutating func end(_ end: End) { state = .ended(end) }
}
