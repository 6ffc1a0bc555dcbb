import Synchronization
package import TwinCore

/// The rows of tests and of the cluster simulator: kept in memory, lost as a database loses them.
///
/// Like SQLite in WAL mode it tells what is saved from what is durable: a process crash keeps every
/// transaction, a power cut keeps those before the last `checkpoint` and the first few after it.
package final class MemoryRows: Rows {
    fileprivate struct State: Sendable {
        var visible: MemoryTables
        var durable: MemoryTables
        /// Transactions that no checkpoint has covered, in order.
        var pending: [MemoryTables.Change] = []
        var failure: StoreError.Kind?
    }

    private let tier: Tier
    private let state: Mutex<State>

    package init(tier: Tier) {
        self.tier = tier
        state = Mutex(State(visible: MemoryTables(), durable: MemoryTables()))
    }

    private init(tier: Tier, state: State) {
        self.tier = tier
        self.state = Mutex(state)
    }

    // MARK: faults

    /// Makes every change from now on fail.
    package func fail(with kind: StoreError.Kind) { state.withLock { $0.failure = kind } }

    /// Ends the failures.
    package func heal() { state.withLock { $0.failure = nil } }

    /// New rows with what the next process finds after `outage`; these stay as they are.
    package func copy(after outage: Outage) -> MemoryRows {
        var copy = state.withLock { $0 }
        copy.failure = nil
        switch outage {
        case .processCrash: break
        case .powerCut: copy.lose(keeping: 0)
        case .tornPowerCut(let seed):
            var random = SplitMix64(seed: seed)
            copy.lose(keeping: Int.random(in: 0...copy.pending.count, using: &random))
        }
        return MemoryRows(tier: tier, state: copy)
    }

    // MARK: Rows

    package func save(_ slice: RowSlice) throws(StoreError) { try change(.save(slice)) }

    package func save(_ candidate: CandidateRows) throws(StoreError) {
        try change(.saveCandidate(candidate))
    }

    package func discard(shard: UInt16) throws(StoreError) { try change(.discard(shard: shard)) }

    package func purgeRemoved(shard: UInt16, through position: Position) throws(StoreError) {
        try change(.purge(shard: shard, through: position))
    }

    package func trimAlerts(
        olderThan time: Timestamp, keepingAtMost count: Int
    ) throws(StoreError) -> Int {
        let before = state.withLock { $0.visible.alerts.count }
        try change(.trim(olderThan: time, keepingAtMost: count))
        return before - state.withLock { $0.visible.alerts.count }
    }

    package func sync() throws(StoreError) { _ = try checkpoint() }

    package func checkpoint() throws(StoreError) -> RecordNumber {
        try state.withLock { (state) throws(StoreError) in
            try state.requireHealthy()
            state.durable = state.visible
            state.pending.removeAll()
            return state.visible.journalFrom
        }
    }

    package func meta() -> RowMeta {
        let tables = state.withLock { $0.visible }
        return RowMeta(
            tier: tier, cluster: nil, journalFrom: tables.journalFrom, durable: tables.durable,
            replayVersion: tables.replayVersion, savedAt: tables.savedAt.map(UTCText.of))
    }

    package func loadShards() -> [ShardRow] {
        state.withLock { $0.visible }.shards.sorted { $0.key < $1.key }.map(\.value)
    }

    package func forEachTwin(
        shard: UInt16, _ body: (TwinRow) throws(StoreError) -> Void
    ) throws(StoreError) {
        let twins = state.withLock { $0.visible }.twins[shard] ?? [:]
        for (_, twin) in twins.sorted(by: { $0.key < $1.key }) { try body(twin) }
    }

    package func alerts(
        shard: UInt16, after cursor: AlertCursor, limit: Int
    ) -> [AlertRow] {
        let later = log(of: shard).filter { $0.cursor > cursor }
        return Array(later.prefix(min(limit, StoreLimits.alertsPerReadMax)))
    }

    package func oldestAlert(shard: UInt16) -> AlertCursor? { log(of: shard).first?.cursor }

    package func newestAlert(shard: UInt16) -> AlertCursor? { log(of: shard).last?.cursor }

    package func bans() -> [QuarantineBan] { state.withLock { $0.visible }.bans }

    /// Every open incident, by id.
    package func incidents() -> [IncidentRow] {
        state.withLock { $0.visible }.incidents.sorted { $0.key < $1.key }.map(\.value)
    }

    private func log(of shard: UInt16) -> [AlertRow] {
        state.withLock { $0.visible }.alerts.map(\.row).filter { $0.shard == shard }
            .sorted { $0.cursor < $1.cursor }
    }

    private func change(_ change: MemoryTables.Change) throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            try state.requireHealthy()
            state.visible.apply(change)
            state.pending.append(change)
        }
    }
}

extension MemoryRows.State {
    fileprivate func requireHealthy() throws(StoreError) {
        guard let failure else { return }
        throw StoreError(failure, "could not change the rows: planned failure", file: "rows")
    }

    fileprivate mutating func lose(keeping count: Int) {
        for change in pending.prefix(count) { durable.apply(change) }
        visible = durable
        pending.removeAll()
    }
}
