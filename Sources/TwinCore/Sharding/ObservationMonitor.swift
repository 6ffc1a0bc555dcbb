/// Knows when this instance was blind: whenever silence may be ours and not a device's.
///
/// Pure: fed with the beats, the turns and the drains of its instance, all in monotonic
/// milliseconds. One per instance; its shards follow it, each by a journalled input.
package struct ObservationMonitor: Sendable {
    /// Why the instance is blind, for the log and for `status`.
    package enum Reason: String, Sendable, Equatable, CaseIterable {
        case starting = "no beat answered yet"
        case brokerSilent = "the broker does not answer beats"
        case slowBeat = "a beat took more than 2 s"
        case slowQueue = "the queue was not emptied for 2 s"
        case paused = "this process did not run for more than 2 s"
        case brokerYoung = "the broker has just started or was paused"
        case brokerBehind = "the broker has not emptied its client socket for 2 s"
        case dropped = "the broker refused or dropped messages toward this instance"
        case journalFull = "the journal is at its limit until more rows are written"
    }

    /// nil = observing.
    package private(set) var blindness: Reason? = .starting
    /// True when the blind time included a restarted or unreachable broker: clients reconnect late.
    package private(set) var wasBrokerAway = false

    private var lastBeatAnswered: UInt64 = 0
    private var lastBeatSent: UInt64 = 0
    private var sentAt: [UInt64: Int64] = [:]
    private var brokerNonce: UInt64?
    private var drainLimitedSince: Int64?
    private var isJournalFull = false
    private var lastTurnAt: Int64?

    package init() {}

    /// A turn begins; `suspendedAware` runs on while the machine sleeps (CLOCK_BOOTTIME).
    package mutating func turnBegan(at suspendedAware: Int64) {
        if let lastTurnAt, suspendedAware - lastTurnAt > Limits.blindGapMax.rawValue {
            blind(.paused)
        }
        lastTurnAt = suspendedAware
    }

    /// A drain of the socket ended; `stoppedAtLimit` = more was waiting.
    package mutating func drained(stoppedAtLimit: Bool, at now: Int64) {
        guard stoppedAtLimit else {
            drainLimitedSince = nil
            return
        }
        let since = drainLimitedSince ?? now
        drainLimitedSince = since
        if now - since > Limits.blindRoundTripMax.rawValue { blind(.slowQueue) }
    }

    /// Whether the instance itself refuses reports, because its journal is at its limit.
    package mutating func refusesReports(_ isJournalFull: Bool) {
        self.isJournalFull = isJournalFull
        if isJournalFull { blind(.journalFull) }
    }

    package mutating func beatSent(number: UInt64, at now: Int64) {
        lastBeatSent = number
        sentAt[number] = now
        sentAt[number &- UInt64(ObservationMonitor.beatsRemembered)] = nil
        if isBrokerSilent {
            blind(.brokerSilent)
            wasBrokerAway = true
        }
    }

    /// The last beat is unanswered.
    package var awaitsAnswer: Bool { lastBeatSent > lastBeatAnswered }

    /// More beats than allowed are unanswered since the last answer or registration.
    package var isBrokerSilent: Bool {
        lastBeatSent > lastBeatAnswered + UInt64(Limits.blindBeatsMissed)
    }

    /// The instance is registered, perhaps anew: beats before that will not be answered any more.
    /// It stays blind until one after is.
    package mutating func registered() {
        lastBeatAnswered = lastBeatSent
    }

    /// The broker answered a beat; all clear only by an answer that finds nothing wrong.
    package mutating func beatAnswered(_ reply: BeatReply, at now: Int64) {
        guard reply.number > lastBeatAnswered, reply.number <= lastBeatSent else { return }
        let isNewBroker = brokerNonce != nil && brokerNonce != reply.brokerNonce
        brokerNonce = reply.brokerNonce
        lastBeatAnswered = reply.number
        let roundTrip = sentAt[reply.number].map { now - $0 } ?? 0
        sentAt = sentAt.filter { $0.key > reply.number }
        if isNewBroker || reply.isYoung { wasBrokerAway = true }
        if isNewBroker || reply.isYoung {
            blind(.brokerYoung)
        } else if roundTrip > Limits.blindRoundTripMax.rawValue {
            blind(.slowBeat)
        } else if reply.isBehind {
            blind(.brokerBehind)
        } else if reply.dropped > 0 {
            blind(.dropped)
        } else if isJournalFull {
            blind(.journalFull)
        } else if drainLimitedSince.map({ now - $0 > Limits.blindRoundTripMax.rawValue }) != true,
            lastBeatSent - lastBeatAnswered < UInt64(Limits.blindBeatsMissed)
        {
            blindness = nil
        }
    }

    /// How long after all clear nobody may be called silent: time for senders to come back.
    package mutating func takeFloorMargin() -> Milliseconds {
        defer { wasBrokerAway = false }
        return wasBrokerAway
            ? Limits.floorMargin + Limits.reconnectBackoffMax : Limits.floorMargin
    }

    private mutating func blind(_ reason: Reason) { blindness = reason }

    private static let beatsRemembered = 64
}
