import TwinCore
import TwinStore

/// Rows that name themselves, for the promises of `RowStore` and what stands on it.
enum RowBench {
    static let cluster = "7f3a91"

    static func open(
        _ path: String, tier: Tier = .server, cluster: String? = cluster
    ) throws(StoreError) -> RowStore {
        try RowStore(path: path, tier: tier, cluster: cluster)
    }

    static func twin(_ ordinal: UInt32, shard: UInt16 = 3, position: UInt64 = 10) -> TwinRow {
        TwinRow(
            shard: shard, ordinal: ordinal, key: "dc1-r01-s\(ordinal)", status: "healthy",
            openIncidents: 0, epoch: .first, position: Position(rawValue: position), generation: 7,
            state: [1, 2, 3, UInt8(truncatingIfNeeded: ordinal)])
    }

    static func alert(
        _ sequence: UInt64, shard: UInt16 = 3, epoch: UInt32 = 1, at: Int64 = 1_000
    ) -> AlertRow {
        AlertRow(
            shard: shard, cursor: AlertCursor(epoch: Epoch(rawValue: epoch), sequence: sequence),
            at: Timestamp(milliseconds: at), change: "opened", severity: "critical", pages: true,
            incident: "server#3/1/\(sequence)", state: [9, UInt8(truncatingIfNeeded: sequence)])
    }

    static func incident(_ id: String, of twin: TwinRow) -> IncidentRow {
        IncidentRow(
            id: id, twin: twin.key, shard: twin.shard, ordinal: twin.ordinal, kind: "missing",
            severity: "critical", phase: "open", since: Timestamp(milliseconds: 0), mutedBy: nil)
    }

    static func slice(from: UInt64 = 1, durable: UInt64 = 0) -> RowSlice {
        RowSlice(
            savedAt: Timestamp(milliseconds: 1_772_374_956_120),
            journalFrom: RecordNumber(rawValue: from), durable: RecordNumber(rawValue: durable),
            replayVersion: "1")
    }

    static func twins(
        of store: RowStore, shard: UInt16 = 3
    ) throws(StoreError) -> [TwinRow] {
        var twins: [TwinRow] = []
        try store.forEachTwin(shard: shard) { twin throws(StoreError) in twins.append(twin) }
        return twins
    }
}
