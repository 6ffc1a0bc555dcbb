import GRDB
import TwinCore

/// The two tables that make a copy of the rows a backup.
enum BackupTables {
    static let create = """
        CREATE TABLE backup_instance (identity TEXT NOT NULL, at INTEGER NOT NULL);
        CREATE TABLE backup_journal (
            number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL);
        """
    static let drop = "DROP TABLE backup_instance; DROP TABLE backup_journal"
    static let insertRecord = "INSERT INTO backup_journal VALUES (?, ?, ?)"

    /// What the backup in `queue` holds. Throws `corrupt` when it is not a backup of ours.
    static func report(_ queue: DatabaseQueue, file: String) throws(StoreError) -> BackupReport {
        try StoreError.inDatabase(file, couldNot: "read the backup") {
            try queue.read { db in
                guard try db.tableExists("backup_instance"), try db.tableExists("backup_journal"),
                    let instance = try Row.fetchOne(db, sql: "SELECT * FROM backup_instance")
                else {
                    throw StoreError(
                        .corrupt,
                        "a backup made by this service was wanted, another database was "
                            + "found", file: file)
                }
                try RowSchema.verify(db, file: file)
                let columns = RowColumns(row: instance, file: file)
                let text: String = try columns.value("identity")
                let meta = try RowReading.meta(db, file: file)
                let records = try count(db, "backup_journal")
                return BackupReport(
                    identity: try InstanceIdentity(json: Array(text.utf8), file: file), meta: meta,
                    recordCount: UInt64(records),
                    lastRecord: RecordNumber(
                        rawValue: meta.journalFrom.previous.rawValue + UInt64(records)),
                    twinCount: try count(db, "twin WHERE state IS NOT NULL"),
                    alertCount: try count(db, "alert"),
                    at: Timestamp(milliseconds: try columns.value("at")))
            }
        }
    }

    /// Hands over the records of the backup, ascending. Throws `corrupt` where one is missing
    /// or not what was written.
    static func forEachRecord(
        _ queue: DatabaseQueue, from first: RecordNumber, file: String,
        _ body: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try StoreError.inDatabase(file, couldNot: "read the backup's journal") {
            try queue.read { db in
                var wanted = first
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT * FROM backup_journal ORDER BY number")
                while let row = try rows.next() {
                    let columns = RowColumns(row: row, file: file)
                    let number = RecordNumber(rawValue: try columns.pattern("number"))
                    guard number == wanted else {
                        throw StoreError(
                            .corrupt,
                            "record \(wanted) was wanted in the backup, \(number) was "
                                + "found", file: file)
                    }
                    let bytes = try columns.bytes("bytes")
                    try columns.verify(Int64(Checksum.of(bytes.span)), "record \(number)")
                    try body(bytes)
                    wanted = wanted.next
                }
            }
        }
    }

    private static func count(_ db: Database, _ table: String) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
    }
}
