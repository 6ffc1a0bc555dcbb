import Foundation
import GRDB
import Glibc
package import TwinCore

/// The rows of one instance: what recovery starts from, and what people open with `sqlite3`.
///
/// One SQLite file in WAL mode. Rows are written *behind* the journal, a slice per transaction;
/// a saved slice is consistent after any crash, and durable once `checkpoint` returns. One thread
/// writes at a time (calls are serialised), any thread may read meanwhile.
package final class RowStore: Sendable {
    /// Name of the file within a state directory.
    package static let fileName = "rows.sqlite"

    let pool: DatabasePool
    /// Path of the database file.
    let path: String
    private let flush: RowFlush?

    /// Opens the rows at `path` for an instance of `tier`, or makes them, and makes durable what
    /// was found.
    ///
    /// `cluster` is what the instance knows itself; nil before it has joined one. Throws
    /// `wrongCluster` when the rows are of another cluster or tier, `newerSchema` when a later
    /// release wrote them. Checkpoints stand back from the commits that `courtesy` knows of.
    package init(
        path: String, tier: Tier, cluster: String?, courtesy: DiskCourtesy = DiskCourtesy()
    ) throws(StoreError) {
        self.path = path
        // A process that ended inside of a checkpoint may have left pages that nobody synced.
        try PosixFile(path: path, flags: O_RDWR | O_CREAT).sync()
        pool = try StoreError.inDatabase(path, couldNot: "open the rows") {
            let pool = try DatabasePool(path: path, configuration: Self.configuration())
            try pool.writeWithoutTransaction { db in
                try RowSchema.verify(db, file: path)
                try RowSchema.migrate(db)
            }
            return pool
        }
        flush = try RowFlush(path: path, courtesy: courtesy)
        try claim(tier: tier, cluster: cluster)
        _ = try checkpoint()
    }

    /// Opens the rows at `path` without changing them, whether or not a service has them open.
    package init(reading path: String) throws(StoreError) {
        self.path = path
        guard unsafe access(path, R_OK) == 0 else {
            throw .system(errno, couldNot: "read the rows", file: path)
        }
        flush = nil
        pool = try StoreError.inDatabase(path, couldNot: "open the rows") {
            var configuration = Self.configuration()
            configuration.readonly = true
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { db in try RowSchema.verify(db, file: path) }
            return pool
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = StoreLimits.rowReadersMax
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0")
            // Debian's SQLite overwrites what is deleted unless told otherwise: a shard that moved
            // away would be written once more, as zeros, beside the commits of all the others.
            try db.execute(sql: "PRAGMA secure_delete = OFF")
        }
        return configuration
    }

    // MARK: writing

    /// Saves a slice in one transaction: all of it or nothing, not yet durable.
    package func save(_ slice: RowSlice) throws(StoreError) {
        try write("save the rows") { db in try RowSaving.save(slice, db: db) }
    }

    /// Saves a part of a shard's copy in one transaction; not yet durable.
    package func save(_ candidate: CandidateRows) throws(StoreError) {
        try write("save the copy of a shard") { db in
            try RowSaving.save(candidate, db: db)
        }
    }

    /// Removes everything of `shard`. Cost: its rows.
    package func discard(shard: UInt16) throws(StoreError) {
        try write("remove a shard that moved") { db in
            try RowSaving.discard(shard: shard, db: db)
        }
    }

    /// Forgets the tombstones of `shard` whose removal the journal no longer holds: those at
    /// or before `position`.
    package func purgeRemoved(shard: UInt16, through position: Position) throws(StoreError) {
        try write("purge removed twins") { db in
            try db.execute(
                sql: "DELETE FROM twin WHERE shard = ? AND state IS NULL AND position <= ?",
                arguments: [shard, RowCoding.signed(position.rawValue)])
        }
    }

    /// Notes the cluster this instance has joined. Throws `wrongCluster` if it had another.
    package func join(cluster: String) throws(StoreError) {
        try claim(tier: try meta().tier, cluster: cluster)
    }

    /// Makes everything that is saved durable where it is, in the write-ahead log: one sync, which
    /// stands back from nobody. The log grows until the next `checkpoint`.
    package func sync() throws(StoreError) {
        try StoreError.inDatabase(path, couldNot: "sync the rows") {
            try pool.writeWithoutTransaction { db in try syncLog(db) }
        }
    }

    /// A commit under FULL syncs the log, and with it everything before; the counter makes it a
    /// change.
    private func syncLog(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        let counted = Result {
            try db.execute(sql: "UPDATE meta SET value = value + 1 WHERE key = 'checkpoints'")
        }
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
        try counted.get()
    }

    /// Makes every saved slice durable and moves the write-ahead log into the database as far as
    /// readers allow. Returns the first journal record still needed from now on: what lies before
    /// it may be dropped.
    ///
    /// Costs two or three syncs. What they sync is written out before in small steps that let the
    /// commits of the journal pass: SQLite alone would hold the disk for all of it.
    package func checkpoint() throws(StoreError) -> RecordNumber {
        try StoreError.inDatabase(path, couldNot: "checkpoint the rows") {
            try pool.writeWithoutTransaction { db in
                try flush?.writeOutLog()
                // A checkpoint alone may find nothing to do and sync nothing.
                try syncLog(db)
                // The log is durable and stays as it is until the next commit, so the database may
                // be synced by ourselves as long as it is synced before that.
                try db.execute(sql: "PRAGMA synchronous = OFF")
                let moved = Result { try db.checkpoint(.passive) }
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                try flush?.syncDatabase(pages: try moved.get().checkpointedFrameCount)
                return try RowReading.journalFrom(db)
            }
        }
    }

    /// Makes everything durable, empties the write-ahead log and closes the file.
    package func close() throws(StoreError) {
        _ = try checkpoint()
        try StoreError.inDatabase(path, couldNot: "close the rows") {
            try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try pool.close()
        }
    }

    /// Size of the write-ahead log in bytes; 0 when there is none.
    package func walBytes() throws(StoreError) -> UInt64 {
        let wal = path + "-wal"
        guard unsafe access(wal, F_OK) == 0 else { return 0 }
        return try PosixFile(path: wal, flags: O_RDONLY).size()
    }

    // MARK: reading

    package func meta() throws(StoreError) -> RowMeta {
        try read("read what the rows say about themselves") { db in
            try RowReading.meta(db, file: path)
        }
    }

    /// Every shard, by index. Throws `corrupt` naming the row whose checksum is wrong.
    package func loadShards() throws(StoreError) -> [ShardRow] {
        try read("read the shards") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM shard ORDER BY shard")
                .map { try RowCoding.shard($0, file: path) }
        }
    }

    /// Hands over every twin of `shard`, tombstones included, by ordinal. Throws `corrupt` naming
    /// the row whose checksum is wrong, and what `body` throws.
    package func forEachTwin(
        shard: UInt16, _ body: (TwinRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        try read("read the twins of shard \(shard)") { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT * FROM twin WHERE shard = ? ORDER BY ordinal", arguments: [shard])
            while let row = try rows.next() { try body(RowCoding.twin(row, file: path)) }
        }
    }

    // MARK: helpers

    func read<Result>(
        _ wish: String, _ work: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        try StoreError.inDatabase(path, couldNot: wish) { try pool.read(work) }
    }

    func write<Result>(
        _ wish: String, _ work: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        try StoreError.inDatabase(path, couldNot: wish) { try pool.write(work) }
    }

    /// Writes tier and cluster into rows that have none, and compares them with those that do.
    private func claim(tier: Tier, cluster: String?) throws(StoreError) {
        try write("note whose rows these are") { db in
            let found = try RowReading.identity(db)
            if let foundTier = found.tier, foundTier != tier.name {
                throw StoreError(
                    .wrongCluster,
                    "the rows of a \(tier.name) instance were wanted, those of a \(foundTier) "
                        + "instance were found: --state-dir names another service's directory",
                    file: path)
            }
            if let foundCluster = found.cluster, let cluster, foundCluster != cluster {
                throw StoreError(
                    .wrongCluster,
                    "the rows of cluster \(cluster) were wanted, those of cluster \(foundCluster) "
                        + "were found: --state-dir names another cluster's directory", file: path)
            }
            try RowSaving.put(db, .tier, tier.name)
            if let cluster { try RowSaving.put(db, .cluster, cluster) }
        }
    }
}
