package import TwinCore

/// Gives recorded series to a production server twin on a virtual clock and collects what it says.
///
/// The twin runs as in a shard: every row is admitted and stepped, every timer fires when due,
/// and a rack that explains nothing receipts every status at once. Time is that of the rows; a gap
/// in them is silence. Play a training series first and the series to judge after it: the twin
/// keeps what it learned.
package struct Replay: Sendable {
    private let interval: Milliseconds
    private let start: Timestamp
    private var twin: ServerTwin
    private var sets = MetricSets()
    private var nextTime: Timestamp
    private var elapsed = Elapsed.zero
    private var position = Position.none
    private var effects = StepEffects()

    /// Puts `key` under watch at `start`. `interval` is what its reporter declares, and the time
    /// between rows without times of their own; positive.
    package init(
        server key: TwinKey, commission: Commission, interval: Milliseconds, start: Timestamp
    ) {
        invariant(interval > .zero, "interval of \(interval.rawValue) ms")
        self.interval = interval
        self.start = start
        nextTime = start
        twin = ServerTwin(key: key, ordinal: 0, firstIncidentNumber: 0)
        step(.commission(commission))
    }

    /// Judges every row of `series` in order; throws when no twin can hold its metrics.
    package mutating func play(_ series: Series) throws(ReplayError) -> ReplayedSeries {
        guard let set = sets.intern(series.names) else {
            throw .metrics(found: series.names.count)
        }
        var tally = ReplayTally()
        for row in 0..<series.rowCount {
            let time = series.times?[row] ?? nextTime
            nextTime = time + interval
            runTimers(until: elapsed(at: time))
            let isJudged = report(Array(series.row(row)), in: set, at: time)
            tally.add(effects.alerts, row: row)
            effects.removeAll()
            tally.endRow(isJudged: isJudged, burning: twin.book.incidents.count(where: \.isBurning))
        }
        return tally.series
    }

    /// Hands the twin one row; false when it is not newer than all before.
    private mutating func report(_ values: [Float], in set: MetricSet, at time: Timestamp) -> Bool {
        elapsed = max(elapsed, elapsed(at: time))
        let wall = start + (elapsed - .zero)
        let admission = twin.admission(of: time, values: values.span, in: set, wall: wall)
        switch admission {
        case .newest, .late:
            let report = Report(
                at: time, flags: [], metricSet: set,
                profile: ReporterProfile(interval: interval), values: values)
            step(.report(report, target: twin.windowSet(accepting: set, in: &sets)))
            return admission == .newest
        case .duplicate:
            return false
        case .tooOld:
            step(.heard(.tooOld))
            return false
        case .future:
            step(.heard(.future))
            return false
        }
    }

    /// Fires every timer that is due before `limit`, at its own time.
    private mutating func runTimers(until limit: Elapsed) {
        while let due = twin.nextDue, due < limit {
            elapsed = max(elapsed, due)
            step(.timer)
            // A twin that asks again for the same moment has nothing more to do there.
            guard let next = twin.nextDue, next > due else { return }
        }
    }

    private mutating func step(_ input: ServerTwin.Input) {
        twin.step(input, in: nextContext(), effects: &effects)
        for parent in twin.owedParents {
            let message = twin.message(for: parent)
            let receipt = Receipt(
                parent: parent, version: message.version,
                disposition: message.status == nil ? .notMember : .member, folds: FoldSet())
            guard !twin.isSettled(by: receipt) else { continue }
            twin.step(.receipt(receipt), in: nextContext(), effects: &effects)
        }
    }

    private mutating func nextContext() -> StepContext {
        position = position.next
        return StepContext(
            shard: ShardID(tier: .server, index: 0),
            version: Version(epoch: .first, position: position), elapsed: elapsed,
            wall: start + (elapsed - .zero), floor: .zero, isObserving: true,
            configuration: ClusterConfiguration())
    }

    private func elapsed(at time: Timestamp) -> Elapsed {
        Elapsed.zero + max(.zero, time - start)
    }
}
