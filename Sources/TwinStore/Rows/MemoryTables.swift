import TwinCore

/// The tables behind `MemoryRows`: one state of them, changed by whole transactions as `RowStore`
/// changes its own.
struct MemoryTables: Sendable {
    enum Change: Sendable {
        case save(RowSlice)
        case saveCandidate(CandidateRows)
        case discard(shard: UInt16)
        case purge(shard: UInt16, through: Position)
        case trim(olderThan: Timestamp, keepingAtMost: Int)
    }

    private struct AlertPlace: Hashable {
        let shard: UInt16
        let cursor: AlertCursor
    }

    /// Of the log, with the number that SQLite gives a new row.
    struct NumberedAlert: Sendable {
        let number: Int64
        let row: AlertRow
    }

    /// An input with abnormal ends, and when it was first noted.
    private struct End: Sendable {
        var ban: QuarantineBan
        let at: Timestamp
    }

    private(set) var journalFrom = RecordNumber.first
    private(set) var durable = RecordNumber.none
    private(set) var replayVersion: String?
    private(set) var savedAt: Timestamp?
    private(set) var shards: [UInt16: ShardRow] = [:]
    /// By shard and ordinal.
    private(set) var twins: [UInt16: [UInt32: TwinRow]] = [:]
    /// In the order they were saved.
    private(set) var alerts: [NumberedAlert] = []
    private var places: Set<AlertPlace> = []
    /// By id.
    private(set) var incidents: [String: IncidentRow] = [:]
    /// The ids of each twin's incidents, by shard and ordinal.
    private var incidentIDs: [UInt16: [UInt32: Set<String>]] = [:]
    /// In the order they were first noted.
    private var ends: [End] = []

    /// What is refused.
    var bans: [QuarantineBan] {
        ends.map(\.ban).filter { $0.ends >= StoreLimits.abnormalEndsBeforeBan }
    }

    mutating func apply(_ change: Change) {
        switch change {
        case .save(let slice): save(slice)
        case .saveCandidate(let candidate): save(candidate)
        case .discard(let shard): discard(shard)
        case .purge(let shard, let position):
            twins[shard] = twins[shard]?.filter {
                $0.value.state != nil || $0.value.position > position
            }
        case .trim(let time, let count): trim(olderThan: time, keepingAtMost: count)
        }
    }

    /// By numbers, as SQLite can without counting: what a discarded shard leaves free counts too.
    private mutating func trim(olderThan time: Timestamp, keepingAtMost count: Int) {
        guard let oldest = alerts.first?.number, let newest = alerts.last?.number else { return }
        let firstYoung = alerts.first { $0.row.at >= time }?.number ?? newest + 1
        let end = min(
            max(firstYoung, newest + 1 - Int64(count)),
            oldest + Int64(StoreLimits.alertsTrimmedPerCallMax))
        removeAlerts { $0.number < end }
    }

    private mutating func save(_ candidate: CandidateRows) {
        if candidate.beginsAnew { discard(candidate.shard) }
        for ordinal in candidate.gone {
            twins[candidate.shard]?[ordinal] = nil
            forgetIncidents(of: ordinal, in: candidate.shard)
        }
        save(candidate.twins)
        save(candidate.incidents)
        append(candidate.alerts)
        if let row = candidate.row { shards[candidate.shard] = row }
        replace(candidate.lifted, with: candidate.bans, at: candidate.savedAt)
    }

    private mutating func save(_ rows: [TwinRow]) {
        for twin in rows {
            twins[twin.shard, default: [:]][twin.ordinal] = twin
            forgetIncidents(of: twin.ordinal, in: twin.shard)
        }
    }

    private mutating func save(_ rows: [IncidentRow]) {
        for incident in rows {
            if let old = incidents.updateValue(incident, forKey: incident.id) {
                incidentIDs[old.shard]?[old.ordinal]?.remove(old.id)
            }
            incidentIDs[incident.shard, default: [:]][incident.ordinal, default: []]
                .insert(incident.id)
        }
    }

    private mutating func forgetIncidents(of ordinal: UInt32, in shard: UInt16) {
        for id in incidentIDs[shard]?.removeValue(forKey: ordinal) ?? [] { incidents[id] = nil }
    }

    private mutating func replace(
        _ lifted: [QuarantineBan], with bans: [QuarantineBan], at: Timestamp
    ) {
        ends.removeAll { end in lifted.contains { $0.isSameInput(as: end.ban) } }
        for ban in bans {
            guard let place = ends.firstIndex(where: { $0.ban.isSameInput(as: ban) }) else {
                ends.append(End(ban: ban, at: at))
                continue
            }
            let old = ends[place].ban
            ends[place].ban = QuarantineBan(
                twin: old.twin, digest: old.digest, ends: max(old.ends, ban.ends),
                signal: old.signal, isKept: old.isKept)
        }
        while ends.count > StoreLimits.abnormalEndsMax {
            let oldest = ends.indices.min { ends[$0].at < ends[$1].at } ?? ends.startIndex
            ends.remove(at: oldest)
        }
    }

    private mutating func discard(_ shard: UInt16) {
        twins[shard] = nil
        shards[shard] = nil
        for ids in (incidentIDs.removeValue(forKey: shard) ?? [:]).values {
            for id in ids { incidents[id] = nil }
        }
        removeAlerts { $0.row.shard == shard }
    }

    private mutating func removeAlerts(where isOld: (NumberedAlert) -> Bool) {
        for alert in alerts where isOld(alert) {
            places.remove(AlertPlace(shard: alert.row.shard, cursor: alert.row.cursor))
        }
        alerts.removeAll(where: isOld)
    }

    private mutating func append(_ records: [AlertRow]) {
        for alert in records {
            let place = AlertPlace(shard: alert.shard, cursor: alert.cursor)
            guard places.insert(place).inserted else { continue }
            let number = (alerts.last?.number ?? 0) + 1
            alerts.append(NumberedAlert(number: number, row: alert))
        }
    }

    private mutating func save(_ slice: RowSlice) {
        save(slice.twins)
        save(slice.incidents)
        for shard in slice.shards { shards[shard.shard] = shard }
        append(slice.alerts)
        journalFrom = slice.journalFrom
        durable = slice.durable
        replayVersion = slice.replayVersion
        savedAt = slice.savedAt
    }
}
