internal import Dispatch
package import TwinStore
internal import TwinCore
package import TwinWire

/// The thread that owns the rows: writes slices behind the journal, reads old alerts, checkpoints,
/// keeps the alert log inside its bounds.
package final class RowWriter: Sendable {
    private enum Job: Sendable {
        case save(PendingSlice, durable: UInt64)
        case read(AlertRead)
        case stop
    }

    package enum Outcome: Sendable {
        case saved
        /// Replay starts here even after a power cut: the journal before may go.
        case checkpointed(RecordNumber)
        case read(AlertsFound)
    }

    private let jobs = Mailbox<Job>()
    private let results = Mailbox<Result<Outcome, StoreError>>()
    private let isEnded = DispatchSemaphore(value: 0)
    private let thread: DedicatedThread

    /// A checkpoint syncs the database: after so many slices or so many bytes of its log.
    private static let slicesPerCheckpoint = 10
    private static let slicesPerTrim = 60

    package init(_ rows: RowStore, wake: WakeSignal) {
        let jobs = jobs
        let results = results
        let isEnded = isEnded
        thread = DedicatedThread(name: "rows") {
            defer { isEnded.signal() }
            var slices = 0
            var tombstones = Tombstones()
            while true {
                for job in jobs.waitForAll() {
                    do throws(StoreError) {
                        switch job {
                        case .stop:
                            try rows.close()
                            return
                        case .save(let slice, let durable):
                            try rows.save(Self.rowSlice(slice, durable: durable))
                            slices += 1
                            tombstones.note(slice, durable: durable)
                            results.put(.success(.saved))
                            if slices % Self.slicesPerCheckpoint == 0 {
                                let from = try rows.checkpoint()
                                try tombstones.purge(from: rows, before: from.rawValue)
                                results.put(.success(.checkpointed(from)))
                            }
                            if slices % Self.slicesPerTrim == 0 {
                                try Self.trim(rows, at: slice.savedAt)
                            }
                        case .read(let read):
                            results.put(.success(.read(try Self.alerts(read, in: rows))))
                        }
                        wake.signal()
                    } catch {
                        results.put(.failure(error))
                        wake.signal()
                        throw error
                    }
                }
            }
        }
    }

    package func save(_ slice: PendingSlice, durable: UInt64) {
        jobs.put(.save(slice, durable: durable))
    }

    func read(_ read: AlertRead) { jobs.put(.read(read)) }

    package func takeOutcomes() throws(StoreError) -> [Outcome] {
        var outcomes: [Outcome] = []
        for result in results.takeAll() { outcomes.append(try result.get()) }
        return outcomes
    }

    /// Returns when everything asked before is done and the file is closed: a process that ended
    /// earlier would leave the rows in SQLite's log.
    func stop() {
        jobs.put(.stop)
        isEnded.wait()
        isEnded.signal()
    }

    func finished() async throws { try await thread.finished() }

    // MARK: translation

    /// A slice as the rows take it.
    package static func rowSlice(_ pending: PendingSlice, durable: UInt64) -> RowSlice {
        var slice = RowSlice(
            savedAt: pending.savedAt, journalFrom: RecordNumber(rawValue: pending.journalFrom),
            durable: RecordNumber(rawValue: durable), replayVersion: Recovery.replayVersion)
        slice.twins = pending.twins.map { row in
            TwinRow(
                shard: row.shard, ordinal: row.ordinal, key: row.key.description,
                status: row.status, openIncidents: row.incidents.count, epoch: row.epoch,
                position: row.position, generation: row.generation, state: row.state)
        }
        slice.incidents = pending.twins.flatMap { row in
            row.incidents.map { incident($0, of: row) }
        }
        slice.shards = pending.shards.map {
            ShardRow(shard: $0.shard, epoch: $0.epoch, position: $0.position, state: $0.state)
        }
        slice.alerts = pending.alerts.map { alert in
            AlertRow(
                shard: alert.shard,
                cursor: TwinStore.AlertCursor(epoch: alert.epoch, sequence: alert.sequence),
                at: alert.at, change: alert.change.rawValue,
                severity: alert.severity?.name ?? "", pages: alert.pages,
                incident: alert.subject, state: alert.document)
        }
        return slice
    }

    private static func incident(
        _ snapshot: IncidentSnapshot, of row: PendingTwinRow
    ) -> IncidentRow {
        let mutes = snapshot.mutes.map { $0.by.rawValue }.joined(separator: ",")
        return IncidentRow(
            id: snapshot.id.description, twin: row.key.description, shard: row.shard,
            ordinal: row.ordinal, kind: snapshot.incident.kind.rawValue,
            severity: snapshot.incident.severity.name, phase: snapshot.incident.phase.rawValue,
            since: snapshot.incident.since, mutedBy: mutes.isEmpty ? nil : mutes)
    }

    // MARK: reading

    /// What the rows have for a reader; of each shard from where the reader stands.
    package static func alerts(
        _ read: AlertRead, in rows: RowStore
    ) throws(StoreError) -> AlertsFound {
        var found = AlertsFound(read: read)
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
            found.records += records
        }
        // In time order, but never out of a shard's own order: the sort is stable by shard place.
        found.records.sort {
            ($0.at, $0.shard, $0.epoch, $0.sequence) < ($1.at, $1.shard, $1.epoch, $1.sequence)
        }
        found.records = wholePrefix(found.records, limit: read.limit)
        return found
    }

    /// At most `limit` records such that no shard skips one of its own: when a clock step has put
    /// a later record of a shard before an earlier one, the shard's own order wins.
    private static func wholePrefix(_ sorted: [LoggedAlert], limit: Int) -> [LoggedAlert] {
        var taken: [UInt16: Int] = [:]
        for record in sorted.prefix(limit) { taken[record.shard, default: 0] += 1 }
        var prefix: [LoggedAlert] = []
        for shard in taken.keys.sorted() {
            let own = sorted.filter { $0.shard == shard }.sorted {
                ($0.epoch, $0.sequence) < ($1.epoch, $1.sequence)
            }
            prefix += own.prefix(taken[shard] ?? 0)
        }
        return prefix.sorted {
            ($0.at, $0.shard, $0.epoch, $0.sequence) < ($1.at, $1.shard, $1.epoch, $1.sequence)
        }
    }

    private static func trim(_ rows: RowStore, at now: Timestamp) throws(StoreError) {
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
