import TwinCore
import TwinStore

/// A service in small: each turn is one record and one new twin, saved behind in slices.
final class StoredInstance {
    static let segmentBytes: UInt64 = 64 << 10

    let rows: RowStore
    private var state: StateDirectory
    private var journal: Journal<PosixDisk>
    var isRestored: Bool { state.identity.restored }

    init(_ path: String) throws(StoreError) {
        state = try StateDirectory(opening: path, tier: .server, name: "server-a")
        rows = try RowStore(path: state.paths.rows, tier: .server, cluster: RowBench.cluster)
        journal = try Journal(
            on: PosixDisk(directory: state.paths.journal), segmentBytes: Self.segmentBytes,
            salt: 77, knownDurable: rows.meta().durable)
    }

    /// Bytes that occur nowhere else: the record of a turn and the state of its twin.
    static func state(of turn: UInt64) -> [UInt8] {
        Array("<turn \(turn) of the story>".utf8)
    }

    func work(turns: ClosedRange<UInt64>, saveEvery: UInt64) throws(StoreError) {
        var slice = RowBench.slice()
        for turn in turns {
            let record = try journal.append(Self.state(of: turn).span)
            slice.twins.append(
                TwinRow(
                    shard: 3, ordinal: UInt32(turn), key: "s\(turn)", status: "healthy",
                    openIncidents: 0, epoch: .first, position: Position(rawValue: turn),
                    generation: 1, state: Self.state(of: turn)))
            let durable = try journal.sync()
            guard turn.isMultiple(of: saveEvery) else { continue }
            slice.journalFrom = record.next
            slice.durable = durable
            try rows.save(slice)
            slice.twins.removeAll()
            try journal.drop(before: try rows.checkpoint())
        }
    }

    /// The turns that rows and journal hold together, ascending.
    func contents() throws -> [UInt64] {
        var turns = try RowBench.twins(of: rows).map { $0.position.rawValue }
        let from = try rows.meta().journalFrom
        try journal.replay(from: from) { number, bytes throws(StoreError) in
            if bytes.copied == Self.state(of: number.rawValue) { turns.append(number.rawValue) }
        }
        return turns
    }
}
