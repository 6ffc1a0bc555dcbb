import Foundation
import GRDB
import Glibc
import TwinCore

extension StoreCare {
    /// Makes the state in backup `file` the state of the empty or new `directory`, marked as
    /// restored so that its shards get new epochs.
    ///
    /// Everything after the returned report's `lastRecord` is lost; the caller says so. Throws
    /// `notEmpty`, `corrupt`, `newerSchema`. An interrupted restore is refused at the next start.
    package static func restore(
        file: String, to directory: String,
        segmentBytes: UInt64 = StoreLimits.segmentBytesDefault
    ) throws(StoreError) -> BackupReport {
        guard unsafe access(file, R_OK) == 0 else {
            throw .system(errno, couldNot: "read the backup", file: file)
        }
        try PosixDisk.makeDirectory(directory)
        let names = try PosixDisk(existing: directory).names()
        guard names.isEmpty else {
            throw StoreError(
                .notEmpty,
                "an empty directory was wanted to restore into, \(names.count) files were found",
                file: directory)
        }
        let paths = StatePaths(directory)
        let source = try StoreError.inDatabase(file, couldNot: "open the backup") {
            var configuration = Configuration()
            configuration.readonly = true
            return try DatabaseQueue(path: file, configuration: configuration)
        }
        let report = try BackupTables.report(source, file: file)
        try restoreRows(source, report, paths)
        try restoreJournal(source, report, paths, file: file, segmentBytes: segmentBytes)
        var identity = report.identity
        identity.restored = true
        try AtomicFile.replace(paths.identity, with: identity.json(file: paths.identity))
        return report
    }

    private static func restoreRows(
        _ source: DatabaseQueue, _ report: BackupReport, _ paths: StatePaths
    ) throws(StoreError) {
        _ = try PosixFile(path: paths.rows, flags: O_RDWR | O_CREAT | O_EXCL)
        try StoreError.inDatabase(paths.rows, couldNot: "restore the rows") {
            let target = try DatabaseQueue(path: paths.rows)
            try source.backup(to: target)
            try target.write { db in try db.execute(sql: BackupTables.drop) }
            try target.vacuum()
            try target.close()
        }
        let identity = report.identity
        try RowStore(path: paths.rows, tier: identity.tier, cluster: identity.cluster).close()
    }

    private static func restoreJournal(
        _ source: DatabaseQueue, _ report: BackupReport, _ paths: StatePaths, file: String,
        segmentBytes: UInt64
    ) throws(StoreError) {
        let first = report.meta.journalFrom
        var journal = try Journal(
            on: PosixDisk(directory: paths.journal), segmentBytes: segmentBytes,
            salt: .random(in: .min ... .max), creatingAt: first)
        try BackupTables.forEachRecord(source, from: first, file: file) {
            bytes throws(StoreError) in
            _ = try journal.append(bytes.span)
        }
        let last = try journal.sync()
        guard last == report.lastRecord, last >= report.meta.durable else {
            throw StoreError(
                .corrupt,
                "a backup up to record \(max(report.lastRecord, report.meta.durable)) was wanted, "
                    + "it ends at \(last)", file: file)
        }
    }
}
