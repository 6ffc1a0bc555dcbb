import Foundation
import GRDB
package import TwinCore

/// Inputs that ended the process, counted; and those refused for it, kept with their bytes until a
/// person decides.
///
/// `abnormal_end` counts by (twin, digest) and holds the ban; `quarantine` holds bytes. Dropping
/// the bytes leaves the ban; only `forgetEnds` lifts it.
extension RowStore {
    // MARK: ends

    /// Counts an abnormal end with this input in hand, durably, and returns how many there are.
    /// Beyond `StoreLimits.abnormalEndsMax` inputs the oldest is forgotten.
    package func countEnd(
        twin: String, digest: String, signal: Int32, at: Timestamp
    ) throws(StoreError) -> Int {
        let ends: Int = try write("count an abnormal end") { db in
            try db.execute(
                sql: """
                    INSERT INTO abnormal_end (twin, digest, ends, signal, is_kept, at)
                    VALUES (?, ?, 1, ?, FALSE, ?)
                    ON CONFLICT (twin, digest) DO UPDATE SET
                        ends = ends + 1, signal = excluded.signal, at = excluded.at
                    """,
                arguments: [twin, digest, signal, at.milliseconds])
            try Self.forgetOldestEnds(db)
            return try Int.fetchOne(
                db, sql: "SELECT ends FROM abnormal_end WHERE twin = ? AND digest = ?",
                arguments: [twin, digest]) ?? 1
        }
        _ = try checkpoint()
        return ends
    }

    /// The inputs that are refused: those with `StoreLimits.abnormalEndsBeforeBan` ends.
    package func bans() throws(StoreError) -> [QuarantineBan] {
        try read("read which inputs are refused") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM abnormal_end WHERE ends >= ? ORDER BY number",
                arguments: [StoreLimits.abnormalEndsBeforeBan]
            ).map { row in
                let columns = RowColumns(row: row, file: path)
                return QuarantineBan(
                    twin: try columns.value("twin"), digest: try columns.value("digest"),
                    ends: try columns.value("ends"), signal: try columns.value("signal"),
                    isKept: try columns.value("is_kept"))
            }
        }
    }

    /// Refuses what the former owner of a shard has refused, and no more what it does not refuse.
    static func replace(
        _ lifted: [QuarantineBan], with bans: [QuarantineBan], at: Timestamp, db: Database
    ) throws {
        for ban in lifted {
            try db.execute(
                sql: "DELETE FROM abnormal_end WHERE twin = ? AND digest = ?",
                arguments: [ban.twin, ban.digest])
        }
        for ban in bans {
            try db.execute(
                sql: """
                    INSERT INTO abnormal_end (twin, digest, ends, signal, is_kept, at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (twin, digest) DO UPDATE SET ends = max(ends, excluded.ends)
                    """,
                arguments: [
                    ban.twin, ban.digest, ban.ends, ban.signal, ban.isKept, at.milliseconds,
                ])
        }
        if !bans.isEmpty { try forgetOldestEnds(db) }
    }

    private static func forgetOldestEnds(_ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM abnormal_end WHERE number NOT IN
                    (SELECT number FROM abnormal_end ORDER BY at DESC, number DESC LIMIT ?)
                """,
            arguments: [StoreLimits.abnormalEndsMax])
    }

    /// Lifts the ban: the input may end the process again as often as a new one.
    package func forgetEnds(twin: String, digest: String) throws(StoreError) {
        try write("lift a ban") { db in
            try db.execute(
                sql: "DELETE FROM abnormal_end WHERE twin = ? AND digest = ?",
                arguments: [twin, digest])
        }
    }

    // MARK: bytes

    /// Keeps a message and returns its id; one of this twin and digest is not kept twice. Beyond
    /// `StoreLimits.quarantinedMax` the oldest goes.
    package func quarantine(
        twin: String, digest: String, reason: String, bytes: [UInt8], at: Timestamp
    ) throws(StoreError) -> Int64 {
        try write("quarantine a message") { db in
            let present = try Int64.fetchOne(
                db, sql: "SELECT id FROM quarantine WHERE twin = ? AND digest = ?",
                arguments: [twin, digest])
            if let present { return present }
            try db.execute(
                sql: """
                    INSERT INTO quarantine (twin, digest, reason, bytes, at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [twin, digest, reason, Data(bytes), at.milliseconds])
            let id = db.lastInsertedRowID
            try db.execute(
                sql: "UPDATE abnormal_end SET is_kept = TRUE WHERE twin = ? AND digest = ?",
                arguments: [twin, digest])
            try db.execute(
                sql: """
                    DELETE FROM quarantine WHERE id NOT IN
                        (SELECT id FROM quarantine ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [StoreLimits.quarantinedMax])
            return id
        }
    }

    /// Quarantined messages after `id`, oldest first.
    package func quarantined(
        after id: Int64 = 0, limit: Int = StoreLimits.quarantinedMax
    ) throws(StoreError) -> [QuarantineRow] {
        try read("read the quarantine") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM quarantine WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [id, limit]
            ).map { try RowCoding.quarantine($0, file: path) }
        }
    }

    /// One quarantined message; nil when there is none of that id.
    package func quarantined(id: Int64) throws(StoreError) -> QuarantineRow? {
        try read("read a quarantined message") { db in
            try Row.fetchOne(db, sql: "SELECT * FROM quarantine WHERE id = ?", arguments: [id])
                .map { try RowCoding.quarantine($0, file: path) }
        }
    }

    package func quarantinedCount() throws(StoreError) -> Int {
        try read("count the quarantine") { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM quarantine") ?? 0
        }
    }

    /// Forgets a quarantined message; false when there is none of that id.
    package func removeQuarantined(id: Int64) throws(StoreError) -> Bool {
        try write("remove a quarantined message") { db in
            try db.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [id])
            return db.changesCount > 0
        }
    }
}
