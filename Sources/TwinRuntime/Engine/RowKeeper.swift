package import TwinStore
internal import TwinCore
internal import TwinWire

/// What became of something that was asked of the rows.
package enum RowOutcome: Sendable {
    case saved
    /// Replay starts here even after a power cut: the journal before may go.
    case checkpointed(RecordNumber)
    case read(AlertsFound)
    case handoff(HandoffSaved)
    case quarantine(QuarantineQuestion, QuarantineFinding)
    /// So many messages are in quarantine now.
    case quarantined(Int)
}

/// What happens to the rows behind the journal: slices are written, old alerts read, checkpoints
/// made, the alert log kept inside its bounds.
///
/// The row thread runs it over SQLite, the cluster simulator over rows in memory.
package struct RowKeeper<Store: Rows>: Sendable {
    package let rows: Store
    private var slices = 0
    /// Since the last checkpoint.
    private var slicesBehind = 0
    private var bytesBehind = 0
    /// Parts of shards' copies.
    private var copied = 0
    /// Shards whose copies have begun and are not whole: their last part finds the disk free.
    private var copying: Set<UInt16> = []
    private var tombstones = Tombstones()

    package init(_ rows: Store) { self.rows = rows }

    /// A checkpoint syncs the database: after so many slices.
    private static var slicesPerCheckpoint: Int { 10 }
    /// However long copies take.
    private static var slicesPerCheckpointMost: Int { 30 }
    /// The same of slices that follow one another without a pause: some ten times a minute at full
    /// load.
    private static var bytesPerCheckpoint: Int { 32 << 20 }
    private static var slicesPerTrim: Int { 60 }
    private static var copiesPerCheckpoint: Int { 4 }

    /// Writes one slice, whose turn is durable.
    package mutating func save(
        _ slice: PendingSlice, durable: UInt64
    ) throws(StoreError) -> [RowOutcome] {
        try rows.save(RowSlice(slice, durable: durable))
        slices += 1
        slicesBehind += 1
        bytesBehind += slice.twins.reduce(0) { $0 + ($1.state?.count ?? 0) }
        tombstones.note(slice, durable: durable)
        var outcomes = [RowOutcome.saved]
        let mayWait = copying.isEmpty ? Self.slicesPerCheckpoint : Self.slicesPerCheckpointMost
        if slicesBehind >= mayWait, !slice.isHurried || bytesBehind >= Self.bytesPerCheckpoint {
            slicesBehind = 0
            bytesBehind = 0
            let from = try rows.checkpoint()
            try tombstones.purge(from: rows, before: from.rawValue)
            outcomes.append(.checkpointed(from))
        }
        if slices % Self.slicesPerTrim == 0 { try trim(at: slice.savedAt) }
        return outcomes
    }

    /// Does what a move asks for; a whole copy is durable on return.
    package mutating func perform(_ job: HandoffJob) throws(StoreError) -> [RowOutcome] {
        switch job {
        case .discard(let shard):
            copying.remove(shard)
            try rows.discard(shard: shard)
            return []
        case .save(let candidate):
            try rows.save(candidate)
            let isWhole = candidate.row != nil
            copied += 1
            if isWhole {
                // Its shard waits for it, and for nothing that can be done afterwards.
                copying.remove(candidate.shard)
                try rows.sync()
            } else {
                copying.insert(candidate.shard)
                // What the last part must sync should be little.
                if copied % Self.copiesPerCheckpoint == 0 { _ = try rows.checkpoint() }
            }
            return [
                .handoff(
                    HandoffSaved(
                        shard: candidate.shard, move: candidate.move, part: candidate.part,
                        isWhole: isWhole))
            ]
        }
    }

    /// Reads the alerts that are no longer in memory.
    package func read(_ read: AlertRead) throws(StoreError) -> RowOutcome {
        .read(try alerts(read))
    }

    // MARK: reading

    /// What the rows have for a reader; of each shard from where the reader stands.
    private func alerts(_ read: AlertRead) throws(StoreError) -> AlertsFound {
        var found = AlertsFound(read: read)
        var logs: [[LoggedAlert]] = []
        for (shard, end) in read.shards.sorted(by: { $0.key < $1.key }) {
            let place = read.cursor.place(in: shard).map {
                AlertTail.Place(epoch: $0.epoch, sequence: $0.sequence)
            }
            // From the reader's last record on: whether it is there still tells about holes.
            let after = TwinStore.AlertCursor(
                epoch: place?.epoch ?? .none, sequence: max(place?.sequence ?? 0, 1) - 1)
            var records: [LoggedAlert] = []
            for row in try rows.alerts(shard: shard, after: after, limit: read.limit + 1) {
                records.append(LoggedAlert(row))
            }
            let isHeld = records.first.map { $0.place == place } ?? false
            if isHeld { records.removeFirst() }
            if records.isEmpty { found.emptied[shard] = end }
            let next = records.first?.place ?? end.next
            let gap = place.flatMap { AlertGap(shard: shard, from: $0, to: next, isHeld: isHeld) }
            if let gap { found.gaps.append(gap) }
            if !records.isEmpty { logs.append(records) }
        }
        found.records = Self.merged(logs, limit: read.limit)
        return found
    }

    /// At most `limit` records of several shards: always the earliest of those that come next in
    /// their shards. So a clock that stepped back puts no record before an earlier one of its own
    /// shard, and no shard skips one.
    private static func merged(_ logs: [[LoggedAlert]], limit: Int) -> [LoggedAlert] {
        var merged: [LoggedAlert] = []
        var nexts = Array(repeating: 0, count: logs.count)
        while merged.count < limit {
            let earliest = logs.indices.filter { nexts[$0] < logs[$0].count }
                .min { logs[$0][nexts[$0]].at < logs[$1][nexts[$1]].at }
            guard let earliest else { break }
            merged.append(logs[earliest][nexts[earliest]])
            nexts[earliest] += 1
        }
        return merged
    }

    private func trim(at now: Timestamp) throws(StoreError) {
        let oldest = now + (.zero - Limits.alertsKept)
        while try rows.trimAlerts(olderThan: oldest, keepingAtMost: Limits.alertRecordsMax)
            >= StoreLimits.alertsTrimmedPerCallMax
        {}
    }
}

extension LoggedAlert {
    /// A record as its row keeps it.
    fileprivate init(_ row: AlertRow) {
        self.init(
            shard: row.shard, epoch: row.cursor.epoch, sequence: row.cursor.sequence, at: row.at,
            change: AlertChange(rawValue: row.change) ?? .updated,
            severity: Severity(name: row.severity), pages: row.pages, subject: row.incident,
            document: row.state)
    }

    fileprivate var place: AlertTail.Place { AlertTail.Place(epoch: epoch, sequence: sequence) }
}

extension AlertTail.Place {
    fileprivate var next: AlertTail.Place {
        AlertTail.Place(epoch: epoch, sequence: sequence + 1)
    }
}
