import Foundation
import GRDB
import TwinCore

/// Writes slices and copies of shards inside a transaction, with statements that the connection
/// keeps prepared.
struct RowSaving {
    private let db: Database
    private let savedAt: String

    private init(db: Database, savedAt: Timestamp) {
        self.db = db
        self.savedAt = UTCText.of(savedAt)
    }

    static func save(_ slice: RowSlice, db: Database) throws {
        try RowSaving(db: db, savedAt: slice.savedAt).save(slice)
    }

    static func save(_ candidate: CandidateRows, db: Database) throws {
        if candidate.beginsAnew { try discard(shard: candidate.shard, db: db) }
        let saving = RowSaving(db: db, savedAt: candidate.savedAt)
        try saving.remove(candidate.gone, of: candidate.shard)
        try saving.save(candidate.twins)
        try saving.save(candidate.incidents)
        try saving.save(candidate.alerts)
        if let row = candidate.row { try saving.save([row]) }
        try RowStore.replace(
            candidate.lifted, with: candidate.bans, at: candidate.savedAt, db: db)
    }

    static func discard(shard: UInt16, db: Database) throws {
        for table in ["twin", "incident", "alert", "shard"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE shard = ?", arguments: [shard])
        }
    }

    private func remove(_ ordinals: [UInt32], of shard: UInt16) throws {
        for table in ["twin", "incident"] {
            let remove = try db.cachedStatement(
                sql: "DELETE FROM \(table) WHERE shard = ? AND ordinal = ?")
            for ordinal in ordinals { try remove.execute(arguments: [shard, ordinal]) }
        }
    }

    private func save(_ slice: RowSlice) throws {
        try save(slice.twins)
        try save(slice.incidents)
        try save(slice.shards)
        try save(slice.alerts)
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
    private func save(_ twins: [TwinRow]) throws {
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
        for twin in twins {
            try save.execute(arguments: [
                twin.shard, twin.ordinal, twin.key, twin.status, twin.openIncidents,
                twin.epoch.rawValue, RowCoding.signed(twin.position.rawValue),
                RowCoding.signed(twin.generation), savedAt, RowCoding.checksum(of: twin),
                twin.state.map { Data($0) },
            ])
            try forget.execute(arguments: [twin.shard, twin.ordinal])
        }
    }

    private func save(_ incidents: [IncidentRow]) throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO incident (id, twin, shard, ordinal, kind, severity, phase,
                    since, muted_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for incident in incidents {
            try save.execute(arguments: [
                incident.id, incident.twin, incident.shard, incident.ordinal, incident.kind,
                incident.severity, incident.phase, UTCText.of(incident.since), incident.mutedBy,
            ])
        }
    }

    private func save(_ shards: [ShardRow]) throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO shard (shard, epoch, position, saved_at, checksum, state,
                    custody, moves_to, moves_at, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for shard in shards {
            try save.execute(arguments: [
                shard.shard, shard.epoch.rawValue, RowCoding.signed(shard.position.rawValue),
                savedAt, RowCoding.checksum(of: shard), Data(shard.state),
                shard.custody.word, shard.custody.movesTo?.text,
                shard.custody.movesAt?.rawValue,
                shard.custody.digest.map(RowCoding.signed),
            ])
        }
    }

    /// Numbers grow with insertion, so ascending numbers are each shard's log in order.
    private func save(_ alerts: [AlertRow]) throws {
        let save = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO alert (shard, epoch, sequence, at, change, severity, pages,
                    incident, checksum, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for alert in alerts {
            try save.execute(arguments: [
                alert.shard, alert.cursor.epoch.rawValue, RowCoding.signed(alert.cursor.sequence),
                alert.at.milliseconds, alert.change, alert.severity, alert.pages, alert.incident,
                RowCoding.checksum(of: alert), Data(alert.state),
            ])
        }
    }
}
