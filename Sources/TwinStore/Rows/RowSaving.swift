import Foundation
import GRDB
import TwinCore

/// Writes one slice inside a transaction, with statements that the connection keeps prepared.
struct RowSaving {
    let db: Database
    let slice: RowSlice
    private let savedAt: String

    init(db: Database, slice: RowSlice) {
        self.db = db
        self.slice = slice
        savedAt = UTCText.of(slice.savedAt)
    }

    func save() throws {
        try saveTwins()
        try saveIncidents()
        try saveShards()
        try saveAlerts()
        try Self.put(db, .journalFrom, RowCoding.signed(slice.journalFrom.rawValue))
        try Self.put(db, .durable, RowCoding.signed(slice.durable.rawValue))
        try Self.put(db, .replayVersion, slice.replayVersion)
        try Self.put(db, .savedAt, savedAt)
    }

    static func put(
        _ db: Database, _ key: MetaKey, _ value: some DatabaseValueConvertible
    ) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO meta VALUES (?, ?)")
            .execute(arguments: [key.rawValue, value])
    }

    /// In place: replacing a row would write it at the end of the table, and two indexes with it.
    /// An ordinal's key never changes.
    private func saveTwins() throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT INTO twin (shard, ordinal, key, status, open_incidents, epoch,
                    position, generation, saved_at, checksum, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (shard, ordinal) DO UPDATE SET
                    status = excluded.status, open_incidents = excluded.open_incidents,
                    epoch = excluded.epoch, position = excluded.position,
                    generation = excluded.generation, saved_at = excluded.saved_at,
                    checksum = excluded.checksum, state = excluded.state
                """)
        let forget = try db.cachedStatement(
            sql: "DELETE FROM incident WHERE shard = ? AND ordinal = ?")
        for twin in slice.twins {
            try save.execute(arguments: [
                twin.shard, twin.ordinal, twin.key, twin.status, twin.openIncidents,
                twin.epoch.rawValue, RowCoding.signed(twin.position.rawValue),
                RowCoding.signed(twin.generation), savedAt, RowCoding.checksum(of: twin),
                twin.state.map { Data($0) },
            ])
            try forget.execute(arguments: [twin.shard, twin.ordinal])
        }
    }

    private func saveIncidents() throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO incident (id, twin, shard, ordinal, kind, severity, phase,
                    since, muted_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for incident in slice.incidents {
            try save.execute(arguments: [
                incident.id, incident.twin, incident.shard, incident.ordinal, incident.kind,
                incident.severity, incident.phase, UTCText.of(incident.since), incident.mutedBy,
            ])
        }
    }

    private func saveShards() throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO shard (shard, epoch, position, saved_at, checksum, state)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        for shard in slice.shards {
            try save.execute(arguments: [
                shard.shard, shard.epoch.rawValue, RowCoding.signed(shard.position.rawValue),
                savedAt, RowCoding.checksum(of: shard), Data(shard.state),
            ])
        }
    }

    /// Numbers grow with insertion, so ascending numbers are each shard's log in order.
    private func saveAlerts() throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO alert (shard, epoch, sequence, at, change, severity, pages,
                    incident, checksum, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for alert in slice.alerts {
            try save.execute(arguments: [
                alert.shard, alert.cursor.epoch.rawValue, RowCoding.signed(alert.cursor.sequence),
                alert.at.milliseconds, alert.change, alert.severity, alert.pages, alert.incident,
                RowCoding.checksum(of: alert), Data(alert.state),
            ])
        }
    }
}
