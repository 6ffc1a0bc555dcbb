import Msgpack
import TwinCore

/// A shard under random inputs, with a journal of its turns and rows behind it, as an instance
/// keeps them: what a restart would find.
struct ShardReplayBench<Twin: ShardTwin> {
    /// One turn of the journal.
    struct Turn {
        let record: UInt64
        let time: TurnTime
        let firstPosition: Position
        let inputs: [ShardInput<Twin.Input>]
        let arena: [Float]
    }

    /// One row: a twin's packed state, or nil for a tombstone.
    struct Row {
        let position: Position
        let state: [UInt8]?
    }

    /// What the files hold after a slice.
    struct Files {
        var header: [UInt8]
        var rows: [UInt32: Row]
        var journalFrom: UInt64
    }

    static var configuration: ClusterConfiguration { ClusterConfiguration() }

    let id = ShardID(tier: Twin.tier, index: 3)
    var shard: Shard<Twin>
    var time = TurnTime(running: .seconds(5), wall: Timestamp(milliseconds: 1_800_000_000_000))
    let birthTime: TurnTime
    var record: UInt64 = 1
    var turns: [Turn] = []
    var arena: [Float] = []
    var alerts: [NumberedAlert] = []
    var rows: [UInt32: Row] = [:]

    init() {
        birthTime = time
        shard = Shard(
            id: id, epoch: .first, configuration: Self.configuration, childShardCount: 8,
            running: time.running)
    }

    mutating func take(_ input: ShardInput<Twin.Input>) {
        shard.take(input, arena: arena, at: time, record: record)
    }

    /// Fires timers and ends the turn; `passed` goes by until the next one begins.
    mutating func closeTurn(passed: Milliseconds) {
        _ = shard.fireTimers(at: time, record: record, limit: 1_000) { _, _ in }
        if !shard.turnInputs.isEmpty {
            let first = shard.position.rawValue - UInt64(shard.turnInputs.count) + 1
            turns.append(
                Turn(
                    record: record, time: time, firstPosition: Position(rawValue: first),
                    inputs: shard.turnInputs, arena: arena))
            alerts += shard.turnAlerts
            record += 1
        }
        arena.removeAll()
        shard.closeTurn()
        time.running = time.running + passed
        time.wall = time.wall + passed
    }

    /// Writes at most `limit` rows, those behind for longest, as an instance's slice does.
    mutating func writeRows(limit: Int) throws -> Files {
        for removed in shard.removed {
            rows[removed.ordinal] = Row(position: removed.position, state: nil)
        }
        shard.removed.removeAll()
        var written = 0
        while written < limit, let entry = shard.dirty.popFirst() {
            guard let twin = shard.slots[entry.slot].twin, twin.ordinal == entry.ordinal else {
                continue
            }
            rows[twin.ordinal] = Row(
                position: shard.slots[entry.slot].position,
                state: try MsgpackEncoder.encode(twin))
            shard.slots[entry.slot].dirtySince = nil
            written += 1
        }
        let journalFrom = shard.dirty.first?.record ?? record
        let header = shard.header(neededFrom: journalFrom, running: time.running)
        return Files(
            header: try MsgpackEncoder.encode(header), rows: rows, journalFrom: journalFrom)
    }

    /// The shard of a process that starts from these files and the whole journal.
    func recovered(from files: Files?) throws -> Shard<Twin> {
        var restored: Shard<Twin>
        if let files {
            let header = try MsgpackDecoder.decode(ShardHeader.self, from: files.header)
            restored = Shard(id: id, header: header)
            for (ordinal, row) in files.rows.sorted(by: { $0.key < $1.key }) {
                guard let state = row.state else {
                    restored.buried.insert(ordinal)
                    continue
                }
                let twin = try MsgpackDecoder.decode(
                    Twin.self, from: state.span, limits: MsgpackLimits(itemsMax: 4_000_000),
                    userInfo: [.metricSets: header.metricSets])
                restored.restore(twin, position: row.position)
            }
        } else {
            restored = Shard(
                id: id, epoch: .first, configuration: Self.configuration, childShardCount: 8,
                running: birthTime.running)
        }
        for turn in turns where turn.record >= files?.journalFrom ?? 0 {
            var position = turn.firstPosition
            for input in turn.inputs {
                restored.replay(
                    input, at: position, arena: turn.arena, time: turn.time, record: turn.record)
                position = position.next
            }
        }
        restored.armAllTimers()
        return restored
    }

    /// Everything of a shard that must survive, in a form that can be compared byte by byte.
    static func bytes(of shard: Shard<Twin>) throws -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for slot in shard.slots {
            guard let twin = slot.twin else { continue }
            parts["\(twin.ordinal) at \(slot.position)"] = try MsgpackEncoder.encode(twin)
        }
        parts["conditions"] = try MsgpackEncoder.encode(shard.conditions)
        parts["metric sets"] = try MsgpackEncoder.encode(shard.metricSets)
        parts["parent epochs"] = try MsgpackEncoder.encode(shard.parentEpochs)
        parts["profiles"] = try MsgpackEncoder.encode(shard.profiles)
        parts["position \(shard.position)"] = []
        parts["next ordinal \(shard.nextOrdinal)"] = []
        parts["highest incident \(shard.highestIncident)"] = []
        return parts
    }

    /// The names of the parts that differ; empty = equal bit by bit.
    func differences(to other: Shard<Twin>) throws -> [String] {
        let live = try Self.bytes(of: shard)
        let found = try Self.bytes(of: other)
        return Set(live.keys).union(found.keys).filter { live[$0] != found[$0] }.sorted()
    }
}
