import GRDB
package import TwinCore

/// The durable alert log, read per shard and cut at its old end.
extension RowStore {
    /// At most `limit` alerts of `shard` behind `cursor`, ascending. Throws `corrupt` naming the
    /// row whose checksum is wrong. One index walk.
    package func alerts(
        shard: UInt16, after cursor: AlertCursor, limit: Int
    ) throws(StoreError) -> [AlertRow] {
        try read("read the alerts of shard \(shard)") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM alert WHERE shard = ? AND (epoch, sequence) > (?, ?)
                    ORDER BY epoch, sequence LIMIT ?
                    """,
                arguments: [
                    shard, cursor.epoch.rawValue, RowCoding.signed(cursor.sequence),
                    min(limit, StoreLimits.alertsPerReadMax),
                ]
            ).map { try RowCoding.alert($0, file: path) }
        }
    }

    /// Where the kept log of `shard` begins; nil when it holds nothing.
    package func oldestAlert(shard: UInt16) throws(StoreError) -> AlertCursor? {
        try edge(of: shard, order: "ASC")
    }

    /// Where the kept log of `shard` ends; nil when it holds nothing.
    package func newestAlert(shard: UInt16) throws(StoreError) -> AlertCursor? {
        try edge(of: shard, order: "DESC")
    }

    /// Removes alerts in the order they were saved, so that every shard keeps an unbroken end:
    /// those before `time`, and the oldest beyond `count`. Returns how many went, at most
    /// `StoreLimits.alertsTrimmedPerCallMax`; call again while it is that many.
    package func trimAlerts(
        olderThan time: Timestamp, keepingAtMost count: Int
    ) throws(StoreError) -> Int {
        try write("trim the alerts") { db in
            let edges = try Row.fetchOne(db, sql: "SELECT min(number), max(number) FROM alert")
            guard let oldest: Int64 = edges?[0], let newest: Int64 = edges?[1] else { return 0 }
            let firstYoung = try Int64.fetchOne(
                db, sql: "SELECT number FROM alert WHERE at >= ? ORDER BY number LIMIT 1",
                arguments: [time.milliseconds])
            let wanted = max(firstYoung ?? newest + 1, newest + 1 - Int64(count))
            let end = min(wanted, oldest + Int64(StoreLimits.alertsTrimmedPerCallMax))
            try db.execute(sql: "DELETE FROM alert WHERE number < ?", arguments: [end])
            return db.changesCount
        }
    }

    private func edge(of shard: UInt16, order: String) throws(StoreError) -> AlertCursor? {
        try read("read the alerts of shard \(shard)") { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT epoch, sequence FROM alert WHERE shard = ?
                    ORDER BY epoch \(order), sequence \(order) LIMIT 1
                    """,
                arguments: [shard])
            return try row.map { row in
                let columns = RowColumns(row: row, file: path)
                return AlertCursor(
                    epoch: Epoch(rawValue: try columns.number("epoch")),
                    sequence: try columns.pattern("sequence"))
            }
        }
    }
}
