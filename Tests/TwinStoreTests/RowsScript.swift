import TwinCore
import TwinStore

/// Draws what an instance might ask of its rows: few shards, twins and inputs, so that all of it
/// meets again and again.
struct RowsScript {
    /// One call of `Rows` that changes them.
    enum Step {
        case save(RowSlice)
        case copy(CandidateRows)
        case discard(shard: UInt16)
        case purge(shard: UInt16, through: Position)
        case trim(olderThan: Timestamp, keepingAtMost: Int)
        case sync
        case checkpoint

        /// - Returns: what it tells, as text; the same of all rows.
        func perform(on rows: some Rows) throws(StoreError) -> String {
            switch self {
            case .save(let slice): try rows.save(slice)
            case .copy(let candidate): try rows.save(candidate)
            case .discard(let shard): try rows.discard(shard: shard)
            case .purge(let shard, let position):
                try rows.purgeRemoved(shard: shard, through: position)
            case .trim(let time, let count):
                return "\(try rows.trimAlerts(olderThan: time, keepingAtMost: count))"
            case .sync: try rows.sync()
            case .checkpoint: return "\(try rows.checkpoint())"
            }
            return ""
        }
    }

    static let shards: [UInt16] = [0, 1, 2]
    static let midCursor = AlertCursor(epoch: .first, sequence: 4)
    private static let ordinals: ClosedRange<UInt64> = 0...5

    /// Grows from step to step.
    private var position: UInt64 = 0
    private var time: Int64 = 1_000

    mutating func next(_ random: inout RowsRandom) -> Step {
        position += 1
        time += 10
        let shard = Self.shard(&random)
        switch random.number(0...9) {
        case 0...3: return .save(slice(&random))
        case 4...6: return .copy(candidate(of: shard, &random))
        case 7: return .discard(shard: shard)
        case 8:
            switch random.number(0...2) {
            case 0: return .sync
            case 1: return .checkpoint
            default:
                return .purge(
                    shard: shard, through: Position(rawValue: random.number(0...position)))
            }
        default:
            return .trim(
                olderThan: Timestamp(milliseconds: time - Int64(random.number(0...400))),
                keepingAtMost: Int(random.number(1...12)))
        }
    }

    private static func shard(_ random: inout RowsRandom) -> UInt16 {
        shards[Int(random.number(0...UInt64(shards.count - 1)))]
    }

    private func slice(_ random: inout RowsRandom) -> RowSlice {
        var slice = RowSlice(
            savedAt: Timestamp(milliseconds: time),
            journalFrom: RecordNumber(rawValue: position),
            durable: RecordNumber(rawValue: position),
            replayVersion: "\(random.number(1...2))")
        for _ in 0..<random.number(0...3) {
            let twin = twin(in: Self.shard(&random), &random)
            slice.twins.append(twin)
            slice.incidents += incidents(of: twin, &random)
        }
        if random.next() % 2 == 0 { slice.shards.append(row(of: Self.shard(&random), .owned)) }
        for _ in 0..<random.number(0...2) {
            slice.alerts.append(alert(of: Self.shard(&random), &random))
        }
        return slice
    }

    private func candidate(of shard: UInt16, _ random: inout RowsRandom) -> CandidateRows {
        var rows = CandidateRows(
            shard: shard, move: position, part: 0, savedAt: Timestamp(milliseconds: time))
        rows.beginsAnew = random.next() % 2 == 0
        rows.gone = (0..<random.number(0...2)).map { _ in UInt32(random.number(Self.ordinals)) }
        for _ in 0..<random.number(0...3) {
            let twin = twin(in: shard, &random)
            rows.twins.append(twin)
            rows.incidents += incidents(of: twin, &random)
        }
        for _ in 0..<random.number(0...2) { rows.alerts.append(alert(of: shard, &random)) }
        guard random.next() % 2 == 0 else { return rows }
        rows.row = row(
            of: shard, .candidate(epoch: Epoch(rawValue: 2), digest: random.next()))
        rows.bans = (0..<random.number(0...2)).map { _ in ban(&random) }
        rows.lifted = (0..<random.number(0...2)).map { _ in ban(&random) }
        return rows
    }

    // MARK: rows

    private func twin(in shard: UInt16, _ random: inout RowsRandom) -> TwinRow {
        let ordinal = UInt32(random.number(Self.ordinals))
        let key = "s\(shard)-\(ordinal)"
        guard random.next() % 4 > 0 else {
            return .removed(
                shard: shard, ordinal: ordinal, key: key, epoch: .first,
                position: Position(rawValue: position), generation: position)
        }
        return TwinRow(
            shard: shard, ordinal: ordinal, key: key, status: "healthy",
            openIncidents: Int(random.number(0...2)), epoch: .first,
            position: Position(rawValue: position), generation: 1,
            state: [UInt8(truncatingIfNeeded: random.next())])
    }

    private func incidents(of twin: TwinRow, _ random: inout RowsRandom) -> [IncidentRow] {
        guard twin.state != nil else { return [] }
        return (0..<random.number(0...2)).map { _ in
            RowBench.incident("\(twin.key):\(random.number(1...3))", of: twin)
        }
    }

    private func row(of shard: UInt16, _ custody: ShardCustody) -> ShardRow {
        ShardRow(
            shard: shard, epoch: .first, position: Position(rawValue: position),
            state: [UInt8(truncatingIfNeeded: position)], custody: custody)
    }

    private func alert(of shard: UInt16, _ random: inout RowsRandom) -> AlertRow {
        RowBench.alert(
            random.number(1...12), shard: shard, epoch: UInt32(random.number(1...2)), at: time)
    }

    private func ban(_ random: inout RowsRandom) -> QuarantineBan {
        QuarantineBan(
            twin: "server/s\(random.number(0...2))", digest: "d\(random.number(0...2))",
            ends: Int(random.number(1...3)), signal: Int32(random.number(4...11)), isKept: false)
    }
}
