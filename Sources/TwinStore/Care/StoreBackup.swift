import Foundation
import GRDB
import Glibc
package import TwinCore

/// What a backup file holds.
package struct BackupReport: Sendable, Equatable {
    package let identity: InstanceIdentity
    /// What the rows in it say about themselves.
    package let meta: RowMeta
    /// Journal records in it, from `meta.journalFrom` on.
    package let recordCount: UInt64
    /// The last record in it; what came later is not in the backup.
    package let lastRecord: RecordNumber
    /// Tombstones not counted.
    package let twinCount: Int
    package let alertCount: Int
    /// When it was made.
    package let at: Timestamp
}

extension StoreCare {
    /// Copies the state in `directory`, of a stopped or a running service, to the new `file`.
    ///
    /// The file is one SQLite database: a snapshot of the rows, then every journal record they
    /// need and all that followed, in table `backup_journal`. So it is consistent up to its last
    /// record. Throws `notEmpty` when the file exists; leaves nothing behind on an error.
    package static func backup(
        directory: String, to file: String, at: Timestamp
    ) throws(StoreError) -> BackupReport {
        guard unsafe access(file, F_OK) != 0 else {
            throw StoreError(
                .notEmpty, "a new file was wanted for the backup, this one exists", file: file)
        }
        let paths = StatePaths(directory)
        let unfinished = file + ".unfinished"
        do throws(StoreError) {
            let report = try patiently { () throws(StoreError) in
                _ = unsafe unlink(unfinished)
                return try copy(paths, to: unfinished, at: at)
            }
            try PosixFile(path: unfinished, flags: O_RDWR).syncAll()
            try AtomicFile.moveDurably(unfinished, to: file)
            return report
        } catch {
            _ = unsafe unlink(unfinished)
            throw error
        }
    }

    /// One attempt: rows first, so that the journal read afterwards reaches at least as far.
    private static func copy(
        _ paths: StatePaths, to file: String, at: Timestamp
    ) throws(StoreError) -> BackupReport {
        let identity = try identity(paths)
        _ = try PosixFile(path: file, flags: O_RDWR | O_CREAT | O_EXCL)
        let rows = try RowStore(reading: paths.rows)
        let target = try StoreError.inDatabase(file, couldNot: "copy the rows") {
            let target = try DatabaseQueue(path: file)
            try rows.pool.backup(to: target)
            try target.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            return target
        }
        let text = String(decoding: try identity.json(file: file), as: UTF8.self)
        try StoreError.inDatabase(file, couldNot: "copy the journal") {
            try target.write { db in
                try db.execute(sql: BackupTables.create)
                try db.execute(
                    sql: "INSERT INTO backup_instance (identity, at) VALUES (?, ?)",
                    arguments: [text, at.milliseconds])
                let meta = try RowReading.meta(db, file: file)
                try copyJournal(paths, meta: meta, to: db)
            }
        }
        let report = try BackupTables.report(target, file: file)
        try StoreError.inDatabase(file, couldNot: "close the backup") { try target.close() }
        return report
    }

    private static func copyJournal(
        _ paths: StatePaths, meta: RowMeta, to db: Database
    ) throws {
        let disk = try PosixDisk(existing: paths.journal)
        let survey = try JournalSurvey(of: disk, knownDurable: meta.durable)
        guard meta.journalFrom >= survey.firstRecord else {
            throw StoreError(
                .corrupt,
                "the rows need the journal from record \(meta.journalFrom), it begins at "
                    + "\(survey.firstRecord)", file: paths.journal)
        }
        guard meta.journalFrom <= survey.lastRecord else { return }
        let insert = try db.makeStatement(sql: BackupTables.insertRecord)
        try RecordWalk(disk: disk, segments: survey.segments, salt: survey.salt)
            .forEach(meta.journalFrom...survey.lastRecord) { number, bytes throws(StoreError) in
                let checksum = Int64(Checksum.of(bytes))
                let data = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
                try StoreError.inDatabase(disk.directory, couldNot: "copy record \(number)") {
                    try insert.execute(arguments: [
                        RowCoding.signed(number.rawValue), checksum, data,
                    ])
                }
            }
    }
}
