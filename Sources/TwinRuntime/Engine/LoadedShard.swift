internal import Dispatch
internal import Msgpack
internal import Synchronization
internal import TwinCore
internal import TwinStore

/// One shard as its rows have it, before the journal: read and decoded apart from all others, so
/// that several threads may do it.
struct LoadedShard<Twin: ShardTwin>: Sendable {
    enum Content: Sendable {
        /// The copy of a shard on its way in.
        case candidate(Arrival<Twin>)
        case shard(Shard<Twin>, ShardCustody, running: Milliseconds)
    }

    let index: UInt16
    let newestAlert: AlertTail.Place
    let content: Content

    /// Every shard of the rows, by index. Throws the error of the first shard that is not whole.
    static func all(
        in rows: some Rows, threads: Int
    ) throws(StoreError) -> [LoadedShard<Twin>] {
        let found = try rows.loadShards()
        let next = Atomic<Int>(0)
        let results = Mutex([Int: Result<LoadedShard<Twin>, StoreError>]())
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads), found.count)) { _ in
            while true {
                let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard place < found.count else { return }
                let loaded = Result { () throws(StoreError) in
                    try LoadedShard<Twin>(found[place], in: rows)
                }
                results.withLock { $0[place] = loaded }
            }
        }
        var shards: [LoadedShard<Twin>] = []
        for place in found.indices {
            guard let loaded = results.withLock({ $0.removeValue(forKey: place) }) else { continue }
            shards.append(try loaded.get())
        }
        return shards
    }

    private init(_ row: ShardRow, in rows: some Rows) throws(StoreError) {
        let id = ShardID(tier: Twin.tier, index: row.shard)
        let header: ShardHeader
        do {
            header = try MsgpackDecoder.decode(
                ShardHeader.self, from: row.state, limits: Recovery.rowLimits)
        } catch {
            throw StoreError(.corrupt, "the row of shard \(id) was not understood: \(error)")
        }
        index = row.shard
        newestAlert =
            try rows.newestAlert(shard: row.shard).map {
                AlertTail.Place(epoch: $0.epoch, sequence: $0.sequence)
            } ?? .none
        if case .candidate(let epoch, let digest) = row.custody {
            var arrival = Arrival<Twin>(epoch: epoch, number: nil)
            arrival.header = header
            arrival.digest = digest
            arrival.newestAlert = newestAlert
            try Self.forEachTwin(of: row, header, rows) { twin, row in
                arrival.twins[twin.ordinal] = .init(
                    twin: twin,
                    entry: HandoffDigest.entry(position: row.position, state: row.state ?? []))
            } buried: { _ in
            }
            content = .candidate(arrival)
            return
        }
        var shard = Shard<Twin>(id: id, header: header)
        var buried: Set<UInt32> = []
        try Self.forEachTwin(of: row, header, rows) { twin, row in
            shard.restore(twin, position: row.position)
        } buried: {
            buried.insert($0)
        }
        shard.buried = buried
        content = .shard(shard, row.custody, running: header.running)
    }

    private static func forEachTwin(
        of shard: ShardRow, _ header: ShardHeader, _ rows: some Rows,
        _ body: (Twin, TwinRow) -> Void, buried: (UInt32) -> Void
    ) throws(StoreError) {
        try rows.forEachTwin(shard: shard.shard) { row throws(StoreError) in
            guard let state = row.state else { return buried(row.ordinal) }
            do throws(MsgpackError) {
                let twin = try MsgpackDecoder.decode(
                    Twin.self, from: state.span, limits: Recovery.rowLimits,
                    userInfo: [.metricSets: header.metricSets])
                body(twin, row)
            } catch {
                throw StoreError(
                    .corrupt, "the row of \(Twin.tier)/\(row.key) was not understood: \(error)")
            }
        }
    }
}
