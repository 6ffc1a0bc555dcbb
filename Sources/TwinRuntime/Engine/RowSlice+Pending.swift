package import TwinStore
internal import TwinCore
package import TwinWire

extension RowSlice {
    /// A slice of a turn as the rows take it.
    package init(_ pending: PendingSlice, durable: UInt64) {
        self.init(
            savedAt: pending.savedAt, journalFrom: RecordNumber(rawValue: pending.journalFrom),
            durable: RecordNumber(rawValue: durable), replayVersion: Recovery.replayVersion)
        twins = pending.twins.map(TwinRow.init)
        incidents = pending.twins.flatMap(IncidentRow.rows)
        shards = pending.shards.map {
            ShardRow(
                shard: $0.shard, epoch: $0.epoch, position: $0.position, state: $0.state,
                custody: $0.custody)
        }
        alerts = pending.alerts.map(AlertRow.init)
    }
}

extension TwinRow {
    package init(_ row: PendingTwinRow) {
        self.init(
            shard: row.shard, ordinal: row.ordinal, key: row.key.description,
            status: row.status, openIncidents: row.incidents.count, epoch: row.epoch,
            position: row.position, generation: row.generation, state: row.state)
    }
}

extension AlertRow {
    package init(_ alert: LoggedAlert) {
        self.init(
            shard: alert.shard,
            cursor: TwinStore.AlertCursor(epoch: alert.epoch, sequence: alert.sequence),
            at: alert.at, change: alert.change.rawValue,
            severity: alert.severity?.name ?? "", pages: alert.pages,
            incident: alert.subject, state: alert.document)
    }
}

extension IncidentRow {
    package static func rows(of row: PendingTwinRow) -> [IncidentRow] {
        row.incidents.map { IncidentRow($0, of: row) }
    }

    fileprivate init(_ snapshot: IncidentSnapshot, of row: PendingTwinRow) {
        let mutes = snapshot.mutes.map { $0.by.rawValue }.joined(separator: ",")
        self.init(
            id: snapshot.id.description, twin: row.key.description, shard: row.shard,
            ordinal: row.ordinal, kind: snapshot.incident.kind.rawValue,
            severity: snapshot.incident.severity.name, phase: snapshot.incident.phase.rawValue,
            since: snapshot.incident.since, mutedBy: mutes.isEmpty ? nil : mutes)
    }
}
