package import TwinCore
package import TwinWire

/// Reads the alert logs of all instances as one sequence: once to the end, or on and on.
///
/// Following does not poll: every instance has one question open, which waits at the instance for
/// the next record. It survives the end of any process: the connection comes back by itself, and
/// the question is asked again from the cursor, so that no record is lost or told twice.
package struct AlertFollower {
    /// What is new since the last call.
    package struct Batch: Sendable {
        /// Records that are gone, to be told before the alerts.
        package var gaps: [AlertGapDocument] = []
        package var alerts: [AlertDocument] = []
        /// Instances that stopped answering, each told once until it answers again.
        package var away: [(instance: InstanceName, error: ClientError)] = []
        /// Where to go on after this batch.
        package var cursor: ReaderCursor

        package var isEmpty: Bool { gaps.isEmpty && alerts.isEmpty && away.isEmpty }
    }

    private struct Source: Hashable {
        let tier: Tier
        let instance: InstanceName
    }

    private let since: Timestamp?
    private let wait: Milliseconds
    private var sequencer: AlertSequencer
    private var sources: [Source] = []
    private var open: [UInt64: Source] = [:]
    /// Sources that said that there is more to read at once.
    private var hasMore: Set<Source> = []
    private var away: Set<Source> = []
    private var pauses: [Source: Pause] = [:]
    private var gaps: [AlertGapDocument] = []
    private var newlyAway: [(instance: InstanceName, error: ClientError)] = []
    private var isPlacementOld = false
    private var placementVersion: UInt64 = 0
    private var random = SystemRandomNumberGenerator()

    /// A source's rest after a refusal.
    private struct Pause {
        var backoff = RetryBackoff()
        var untilMilliseconds: Int64 = 0
    }

    /// How long a question waits at an instance. Also the longest time for which the death of an
    /// instance can delay its next record, because nobody tells that a question died with it.
    package static let waitDefault = Milliseconds.seconds(10)
    /// Covers a commit and a turn more than instances differ by.
    package static let reorderDefault = Milliseconds(rawValue: 250)
    private static let answerSlack = Milliseconds.seconds(2)
    private static let attemptsBeforeAway: Int64 = 3

    /// - Parameters:
    ///   - cursor: reads what stands after it.
    ///   - since: leaves out what is older.
    package init(
        from cursor: ReaderCursor, since: Timestamp?, wait: Milliseconds = waitDefault,
        reorder: Milliseconds = reorderDefault
    ) {
        self.since = since
        self.wait = min(wait, Limits.alertWaitMax)
        sequencer = AlertSequencer(from: cursor, reorderMilliseconds: reorder.rawValue)
    }

    /// Where the reader stands: after everything that was returned.
    package var cursor: ReaderCursor { sequencer.released }

    // MARK: once

    /// Everything up to now, oldest first. `away` names the instances that did not answer.
    package mutating func readToEnd(
        over connection: inout Connection, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> Batch {
        try findSources(over: &connection, terms: terms)
        for source in sources { ask(source, wait: .zero, terms: terms, over: &connection) }
        defer { forgetAll(over: &connection) }
        while !open.isEmpty {
            let completion = try connection.nextCompletion(byMilliseconds: .max) {
                open[$0.id] != nil
            }
            guard let completion, let source = open.removeValue(forKey: completion.id)
            else { continue }
            switch completion.result {
            case .failure(let error): newlyAway.append((source.instance, error))
            case .success(let reply):
                try take(reply, from: source)
                if hasMore.contains(source) {
                    ask(source, wait: .zero, terms: terms, over: &connection)
                }
            }
        }
        return batch(sequencer.releaseAll())
    }

    // MARK: on and on

    /// Waits for what is new and returns it. Ends with an error only when interrupted, or refused
    /// for a reason that repeating does not cure; the first call also when nobody is there.
    package mutating func next(over connection: inout Connection) throws(ClientError) -> Batch {
        if sources.isEmpty { try findSources(over: &connection, terms: RetryTerms()) }
        while true {
            try askIdle(over: &connection)
            let limit = min(
                sequencer.dueMilliseconds ?? .max,
                pauses.values.map(\.untilMilliseconds).filter { $0 > 0 }.min() ?? .max)
            let completion = try connection.nextCompletion(byMilliseconds: limit) {
                open[$0.id] != nil
            }
            if let completion, let source = open.removeValue(forKey: completion.id) {
                switch completion.result {
                case .success(let reply): try take(reply, from: source)
                case .failure(let error): try fail(source, error)
                }
            }
            let alerts = sequencer.release(nowMilliseconds: ClientTime.monotonicMilliseconds)
            let batch = batch(alerts)
            if !batch.isEmpty { return batch }
        }
    }

    private mutating func askIdle(over connection: inout Connection) throws(ClientError) {
        if isPlacementOld {
            try findSourcesAgain(over: &connection)
        }
        let now = ClientTime.monotonicMilliseconds
        let busy = Set(open.values)
        for source in sources where !busy.contains(source) {
            if let pause = pauses[source], pause.untilMilliseconds > now { continue }
            pauses[source]?.untilMilliseconds = 0
            let wait = hasMore.contains(source) ? .zero : wait
            let attempt = wait + Self.answerSlack
            ask(
                source, wait: wait,
                terms: RetryTerms(
                    timeout: Self.attemptsBeforeAway * attempt, attemptTimeout: attempt,
                    waitsForOwner: true),
                over: &connection)
        }
    }

    private mutating func fail(_ source: Source, _ error: ClientError) throws(ClientError) {
        if case .refused(let refusal) = error {
            switch refusal.code {
            case .invalid, .unauthorized, .unsupportedVersion, .tooLarge: throw error
            case .unknownAddress, .unavailable, .overloaded, .conflict, .expired, .notOwner,
                .quarantined, .storageFailed:
                break
            }
        }
        isPlacementOld = true
        var pause = pauses[source] ?? Pause()
        pause.untilMilliseconds =
            ClientTime.monotonicMilliseconds + pause.backoff.next(using: &random).rawValue
        pauses[source] = pause
        if away.insert(source).inserted { newlyAway.append((source.instance, error)) }
    }
}

// MARK: - Questions and answers

extension AlertFollower {
    private mutating func findSources(
        over connection: inout Connection, terms: RetryTerms
    ) throws(ClientError) {
        let placement = try connection.placement(refreshed: true, terms: terms)
        placementVersion = placement.version
        sources = Tier.allCases.flatMap { tier in
            placement.instances(in: tier).map { Source(tier: tier, instance: $0) }
        }
        isPlacementOld = false
    }

    /// The same while following: a broker that does not answer leaves the sources as they are.
    private mutating func findSourcesAgain(
        over connection: inout Connection
    ) throws(ClientError) {
        do throws(ClientError) {
            try findSources(over: &connection, terms: RetryTerms())
        } catch {
            if case .interrupted = error { throw error }
            isPlacementOld = false
        }
    }

    private mutating func ask(
        _ source: Source, wait: Milliseconds, terms: RetryTerms,
        over connection: inout Connection
    ) {
        hasMore.remove(source)
        let question = ReadAlertsRequest(
            after: sequencer.taken[source.tier], sinceMilliseconds: since?.milliseconds,
            limit: Limits.alertsPerPageMax, waitMilliseconds: wait.rawValue)
        let id = connection.submit(
            ClientRequest(
                .instance(source.tier, source.instance), .readAlerts, question, terms: terms))
        open[id] = source
    }

    private mutating func take(_ reply: Reply, from source: Source) throws(ClientError) {
        let page = try reply.decode(AlertsPage.self)
        away.remove(source)
        pauses[source] = nil
        if !page.isComplete { hasMore.insert(source) }
        // A shard that left this instance is told by another one from here on.
        if let version = page.placementVersion, version > placementVersion {
            isPlacementOld = true
        }
        do throws(AddressError) {
            try sequencer.take(page, nowMilliseconds: ClientTime.monotonicMilliseconds)
        } catch {
            throw .badAnswer(
                destination: reply.destination.description, type: .readAlerts, reason: "\(error)")
        }
        for gap in page.gaps {
            gaps.append(
                AlertGapDocument(
                    gap, tier: page.tier, resume: sequencer.taken.text))
        }
    }

    private mutating func batch(_ alerts: [AlertDocument]) -> Batch {
        defer {
            gaps = []
            newlyAway = []
        }
        return Batch(gaps: gaps, alerts: alerts, away: newlyAway, cursor: sequencer.released)
    }

    private mutating func forgetAll(over connection: inout Connection) {
        for id in open.keys { connection.forget(id) }
        open = [:]
    }
}

extension AlertGapDocument {
    /// The line for one gap of a page.
    init(_ gap: AlertsPage.Gap, tier: Tier, resume: String) {
        let shard = ShardID(tier: tier, index: gap.shard)
        let lastGone = gap.resumeSequence > 0 ? gap.resumeSequence - 1 : 0
        self.init(
            gap: Gap(
                from: "\(AlertID(shard: shard, epoch: gap.fromEpoch, sequence: gap.fromSequence))",
                to: "\(AlertID(shard: shard, epoch: gap.resumeEpoch, sequence: lastGone))",
                resume: resume))
    }
}
