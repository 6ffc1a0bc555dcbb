import TwinCore

/// The tables behind `MemoryRows`: one state of them, changed by whole transactions.
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

    private(set) var journalFrom = RecordNumber.first
    private(set) var durable = RecordNumber.none
    private(set) var replayVersion: String?
    private(set) var savedAt: Timestamp?
    private(set) var shards: [UInt16: ShardRow] = [:]
    /// By shard and ordinal.
    private(set) var twins: [UInt16: [UInt32: TwinRow]] = [:]
    /// In the order they were saved.
    private(set) var alerts: [AlertRow] = []
    private var places: Set<AlertPlace> = []

    mutating func apply(_ change: Change) {
        switch change {
        case .save(let slice): save(slice)
        case .saveCandidate(let candidate): save(candidate)
        case .discard(let shard): discard(shard)
        case .purge(let shard, let position):
            twins[shard] = twins[shard]?.filter {
                $0.value.state != nil || $0.value.position > position
            }
        case .trim(let time, let count):
            let old = alerts.prefix { $0.at < time }.count
            let surplus = max(old, alerts.count - count)
            for alert in alerts.prefix(surplus) {
                places.remove(AlertPlace(shard: alert.shard, cursor: alert.cursor))
            }
            alerts.removeFirst(max(0, surplus))
        }
    }

    private mutating func save(_ candidate: CandidateRows) {
        if candidate.beginsAnew { discard(candidate.shard) }
        for ordinal in candidate.gone { twins[candidate.shard]?[ordinal] = nil }
        for twin in candidate.twins { twins[twin.shard, default: [:]][twin.ordinal] = twin }
        append(candidate.alerts)
        if let row = candidate.row { shards[candidate.shard] = row }
    }

    private mutating func discard(_ shard: UInt16) {
        twins[shard] = nil
        shards[shard] = nil
        alerts.removeAll { $0.shard == shard }
        places = places.filter { $0.shard != shard }
    }

    private mutating func append(_ records: [AlertRow]) {
        for alert in records {
            let place = AlertPlace(shard: alert.shard, cursor: alert.cursor)
            if places.insert(place).inserted { alerts.append(alert) }
        }
    }

    private mutating func save(_ slice: RowSlice) {
        for twin in slice.twins { twins[twin.shard, default: [:]][twin.ordinal] = twin }
        for shard in slice.shards { shards[shard.shard] = shard }
        append(slice.alerts)
        journalFrom = slice.journalFrom
        durable = slice.durable
        replayVersion = slice.replayVersion
        savedAt = slice.savedAt
    }
}
