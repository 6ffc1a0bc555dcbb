import Foundation
import GRDB
package import TwinCore

/// Messages that made a twin fail, kept with their bytes until a person decides.
extension RowStore {
    /// Keeps a message and returns its id. Beyond `StoreLimits.quarantinedMax` the oldest goes.
    package func quarantine(
        twin: String, digest: String, reason: String, bytes: [UInt8], at: Timestamp
    ) throws(StoreError) -> Int64 {
        try write("quarantine a message") { db in
            try db.execute(
                sql: """
                    INSERT INTO quarantine (twin, digest, reason, bytes, at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [twin, digest, reason, Data(bytes), at.milliseconds])
            let id = db.lastInsertedRowID
            try db.execute(
                sql: """
                    DELETE FROM quarantine WHERE id NOT IN
                        (SELECT id FROM quarantine ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [StoreLimits.quarantinedMax])
            return id
        }
    }

    /// Every quarantined message, oldest first.
    package func quarantined() throws(StoreError) -> [QuarantineRow] {
        try read("read the quarantine") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM quarantine ORDER BY id")
                .map { try RowCoding.quarantine($0, file: path) }
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
