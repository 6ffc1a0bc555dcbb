import GRDB

/// The tables of `rows.sqlite` and how older ones become them.
///
/// `PRAGMA user_version` is the number of the last migration applied. A released migration never
/// changes; a new need is a new one at the end.
enum RowSchema {
    static let version = migrations.count

    private static let migrations = [
        """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
        INSERT INTO meta VALUES ('checkpoints', 0);
        CREATE TABLE twin (
            shard INTEGER NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL,
            status TEXT NOT NULL, open_incidents INTEGER NOT NULL,
            epoch INTEGER NOT NULL, position INTEGER NOT NULL, generation INTEGER NOT NULL,
            saved_at TEXT NOT NULL, checksum INTEGER NOT NULL, state BLOB,
            PRIMARY KEY (shard, ordinal));
        CREATE INDEX twin_key ON twin (key);
        CREATE TABLE shard (
            shard INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, position INTEGER NOT NULL,
            saved_at TEXT NOT NULL, checksum INTEGER NOT NULL, state BLOB NOT NULL);
        CREATE TABLE incident (
            id TEXT PRIMARY KEY, twin TEXT NOT NULL, shard INTEGER NOT NULL,
            ordinal INTEGER NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL,
            phase TEXT NOT NULL, since TEXT NOT NULL, muted_by TEXT) WITHOUT ROWID;
        CREATE INDEX incident_twin ON incident (shard, ordinal);
        CREATE TABLE alert (
            number INTEGER PRIMARY KEY, shard INTEGER NOT NULL, epoch INTEGER NOT NULL,
            sequence INTEGER NOT NULL, at INTEGER NOT NULL, change TEXT NOT NULL,
            severity TEXT NOT NULL, pages INTEGER NOT NULL, incident TEXT NOT NULL,
            checksum INTEGER NOT NULL, state BLOB NOT NULL,
            UNIQUE (shard, epoch, sequence));
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY, twin TEXT NOT NULL, digest TEXT NOT NULL,
            reason TEXT NOT NULL, bytes BLOB NOT NULL, at INTEGER NOT NULL);
        """,
        """
        CREATE TABLE abnormal_end (
            number INTEGER PRIMARY KEY, twin TEXT NOT NULL, digest TEXT NOT NULL,
            ends INTEGER NOT NULL, signal INTEGER NOT NULL, is_kept INTEGER NOT NULL,
            at INTEGER NOT NULL, UNIQUE (twin, digest));
        -- An id names one message for ever: nothing was kept before this schema.
        DROP TABLE quarantine;
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT, twin TEXT NOT NULL, digest TEXT NOT NULL,
            reason TEXT NOT NULL, bytes BLOB NOT NULL, at INTEGER NOT NULL);
        """,
        """
        ALTER TABLE shard ADD COLUMN custody TEXT NOT NULL DEFAULT 'owned';
        ALTER TABLE shard ADD COLUMN moves_to TEXT;
        ALTER TABLE shard ADD COLUMN moves_at INTEGER;
        ALTER TABLE shard ADD COLUMN digest INTEGER;
        """,
    ]

    /// Throws `newerSchema` when the file was written by a later release.
    static func verify(_ db: Database, file: String) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= version else {
            throw StoreError(
                .newerSchema,
                "this release reads row schema \(version), found schema \(found): start the newer "
                    + "release again", file: file)
        }
    }

    /// Brings the tables up to `version`, each migration in its own transaction.
    static func migrate(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for number in found..<version {
            try db.inTransaction {
                try db.execute(sql: migrations[number])
                try db.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
    }
}
