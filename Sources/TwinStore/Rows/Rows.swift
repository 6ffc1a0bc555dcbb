package import TwinCore

/// The rows of one instance as recovery reads them and the write-behind keeps them.
///
/// The seam between an instance and its database: `RowStore` in production, rows in memory in the
/// cluster simulator, which loses at a power cut what no checkpoint has covered.
package protocol Rows: Sendable {
    /// Saves a slice in one transaction: all of it or nothing, not yet durable.
    func save(_ slice: RowSlice) throws(StoreError)

    /// Saves a part of a shard's copy in one transaction; not yet durable.
    func save(_ candidate: CandidateRows) throws(StoreError)

    /// Removes everything of `shard`: it moved away, or its copy is of no use.
    func discard(shard: UInt16) throws(StoreError)

    /// Makes everything that is saved durable; what is not needed for that is left to `checkpoint`.
    func sync() throws(StoreError)

    /// Makes every saved slice durable. Returns the first journal record still needed.
    func checkpoint() throws(StoreError) -> RecordNumber

    /// Forgets the tombstones of `shard` at or before `position`.
    func purgeRemoved(shard: UInt16, through position: Position) throws(StoreError)

    func meta() throws(StoreError) -> RowMeta

    /// Every shard, by index.
    func loadShards() throws(StoreError) -> [ShardRow]

    /// Hands over every twin of `shard`, tombstones included, by ordinal.
    func forEachTwin(
        shard: UInt16, _ body: (TwinRow) throws(StoreError) -> Void
    ) throws(StoreError)

    /// At most `limit` alerts of `shard` behind `cursor`, ascending.
    func alerts(
        shard: UInt16, after cursor: AlertCursor, limit: Int
    ) throws(StoreError) -> [AlertRow]

    /// Where the kept log of `shard` begins; nil when it holds nothing.
    func oldestAlert(shard: UInt16) throws(StoreError) -> AlertCursor?

    /// Where the kept log of `shard` ends; nil when it holds nothing.
    func newestAlert(shard: UInt16) throws(StoreError) -> AlertCursor?

    /// The inputs that are refused, in the order they were first noted.
    func bans() throws(StoreError) -> [QuarantineBan]

    /// Removes the oldest alerts: those before `time`, and those beyond `count`.
    func trimAlerts(
        olderThan time: Timestamp, keepingAtMost count: Int
    ) throws(StoreError) -> Int
}

extension RowStore: Rows {}
