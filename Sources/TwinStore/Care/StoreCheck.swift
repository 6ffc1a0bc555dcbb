import GRDB
import TwinCore

extension StoreCare {
    /// Verifies every row and every journal record in `directory`, of a stopped or a running
    /// service, and changes nothing. Throws only when nothing of an instance is there to check.
    package static func check(directory: String) throws(StoreError) -> CheckReport {
        let paths = StatePaths(directory)
        var report = CheckReport()
        do throws(StoreError) {
            report.identity = try identity(paths)
        } catch {
            guard error.kind != .missing else { throw error }
            report.damage(error.description)
        }
        do throws(StoreError) {
            try checkRows(paths, &report)
        } catch {
            report.damage(error.description)
        }
        do throws(StoreError) {
            try checkJournal(paths, &report)
        } catch {
            report.damage(error.description)
        }
        return report
    }

    private static func checkRows(
        _ paths: StatePaths, _ report: inout CheckReport
    ) throws(StoreError) {
        let rows = try RowStore(reading: paths.rows)
        let problems = try rows.read("check the database") { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check(100)").filter { $0 != "ok" }
        }
        for problem in problems { report.damage("\(problem) (\(paths.rows))") }
        let meta = try rows.meta()
        report.meta = meta
        if let identity = report.identity, identity.tier != meta.tier {
            report.damage(
                "instance.json says tier \(identity.tier.name), the rows say \(meta.tier.name)")
        }
        if let known = report.identity?.cluster, let found = meta.cluster, known != found {
            report.damage("instance.json says cluster \(known), the rows say \(found)")
        }
        report.shardCount = count("shard", in: rows, &report) { row throws(StoreError) in
            _ = try RowCoding.shard(row, file: rows.path)
        }
        report.twinCount = count("twin", in: rows, &report) { row throws(StoreError) in
            _ = try RowCoding.twin(row, file: rows.path)
        }
        report.alertCount = count("alert", in: rows, &report) { row throws(StoreError) in
            _ = try RowCoding.alert(row, file: rows.path)
        }
        report.quarantinedCount = count("quarantine", in: rows, &report) {
            row throws(StoreError) in
            _ = try RowCoding.quarantine(row, file: rows.path)
        }
    }

    /// Verifies each row of `table`; returns how many there are.
    private static func count(
        _ table: String, in rows: RowStore, _ report: inout CheckReport,
        _ verify: (Row) throws(StoreError) -> Void
    ) -> Int {
        var count = 0
        var damage: [StoreError] = []
        do throws(StoreError) {
            try rows.read("read table \(table)") { db in
                let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM \(table)")
                while let row = try cursor.next() {
                    count += 1
                    do throws(StoreError) {
                        try verify(row)
                    } catch {
                        damage.append(error)
                    }
                }
            }
        } catch {
            damage.append(error)
        }
        for error in damage { report.damage(error.description) }
        return count
    }

    private static func checkJournal(
        _ paths: StatePaths, _ report: inout CheckReport
    ) throws(StoreError) {
        let known = report.meta?.durable ?? .none
        let disk = try PosixDisk(existing: paths.journal)
        let (survey, count) = try patiently { () throws(StoreError) in
            let survey = try JournalSurvey(of: disk, knownDurable: known)
            var count: UInt64 = 0
            if survey.firstRecord <= survey.lastRecord {
                try RecordWalk(disk: disk, segments: survey.segments, salt: survey.salt)
                    .forEach(survey.firstRecord...survey.lastRecord) { _, _ in count += 1 }
            }
            return (survey, count)
        }
        report.recordCount = count
        report.firstRecord = survey.firstRecord
        report.lastRecord = survey.lastRecord
        if let tail = survey.tornTail {
            report.note("record \(tail.record) is being written, or was cut short: \(tail.reason)")
        }
        if let from = report.meta?.journalFrom, from < survey.firstRecord {
            report.damage(
                "the rows need the journal from record \(from), it begins at "
                    + "\(survey.firstRecord) (\(paths.journal))")
        }
    }
}
