import Msgpack
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

@Suite("A shard that was given away")
struct ReleasedShardTests {
    private static let shard: UInt16 = 3

    /// An instance back from rows that hold one shard.
    private func recovered(
        _ custody: ShardCustody, of index: UInt16 = ReleasedShardTests.shard
    ) throws -> InstanceCore<ServerService> {
        let shard = Shard<ServerService.Twin>(
            id: ShardID(tier: .server, index: index), epoch: .first,
            configuration: ClusterConfiguration(), childShardCount: 0, running: .zero)
        var slice = RowSlice(
            savedAt: Timestamp(milliseconds: 0), journalFrom: .first, durable: .first,
            replayVersion: Recovery.replayVersion)
        slice.shards = [
            ShardRow(
                shard: index, epoch: .first, position: shard.position,
                state: Payload.pack(shard.exported(running: .zero)), custody: custody)
        ]
        let rows = MemoryRows(tier: .server)
        try rows.save(slice)
        var core = InstanceCore<ServerService>(
            name: try InstanceName("server-a"), softwareVersion: "1.0.0", processNonce: 3,
            identity: MemberIdentity(clusterId: "c1", startNumber: 1, isRestored: false),
            running: .zero, nextRecord: 1)
        let journal = try Journal(on: MemoryDisk(), salt: 7)
        _ = try Recovery.run(&core, rows: rows, journal: journal, from: .first)
        return core
    }

    @Test(
        "After a restart its alert log is not read here: its new owner has it",
        arguments: [true, false])
    func alerts(isReleased: Bool) throws {
        var core = try recovered(try Self.custody(isReleased: isReleased))
        #expect(core.ownedIndices.isEmpty == isReleased)
        core.alerts.append(Self.alert, journalRecord: 1)
        #expect(Self.isSilent(core) == isReleased)
    }

    @Test(
        "Once its rows are gone, what the journal still has of its alerts is not read here either",
        arguments: [true, false])
    func alertsOfBefore(isGone: Bool) throws {
        var core = try recovered(.owned, of: isGone ? Self.shard + 1 : Self.shard)
        var record = Self.record(inputCount: 0)
        record.packArrayHeader(1)
        Self.alert.pack(into: &record)
        try Recovery.replay(record.bytes.span, number: 1, into: &core)
        #expect(Self.isSilent(core) == isGone)
    }

    @Test(
        "What the journal has behind its row is in a copy that is kept, as in one that is served",
        arguments: [true, false])
    func inputsOfBefore(isReleased: Bool) throws {
        var core = try recovered(try Self.custody(isReleased: isReleased))
        let floor = Elapsed(milliseconds: 77)
        var record = Self.record(inputCount: 1)
        var scratch = Packer()
        ShardInputCoding.pack(
            .observation(isObserving: true, floor: floor), of: ServerTwin.self, arena: [],
            wall: Timestamp(milliseconds: 1), scratch: &scratch, into: &record)
        record.packArrayHeader(0)
        try Recovery.replay(record.bytes.span, number: 1, into: &core)
        let kept = try #require(core.kept(Int(Self.shard)))
        #expect(core.ownedIndices.isEmpty == isReleased)
        #expect(kept.conditions.isObserving)
        #expect(kept.conditions.floor == floor)
        #expect(kept.position == Position(rawValue: 1))
    }

    private static func custody(isReleased: Bool) throws -> ShardCustody {
        guard isReleased else { return .owned }
        return .released(to: try InstanceName("server-b"), epoch: Epoch(rawValue: 2), digest: 9)
    }

    /// A journal record of the shard as far as its inputs.
    private static func record(inputCount: Int) -> Packer {
        var record = Packer()
        JournalHeader(
            time: TurnTime(running: .zero, wall: Timestamp(milliseconds: 1)), births: [],
            moves: [], sectionCount: 1
        ).pack(into: &record)
        JournalSection(
            shard: shard, epoch: .first, firstPosition: Position(rawValue: 1),
            inputCount: inputCount
        ).pack(into: &record)
        return record
    }

    private static let alert = LoggedAlert(
        shard: shard, epoch: .first, sequence: 1, at: Timestamp(milliseconds: 1),
        change: .opened, severity: .error, pages: true, subject: "server/s1:1", document: [0x80])

    private static func isSilent(_ core: InstanceCore<ServerService>) -> Bool {
        core.alerts.records(
            after: TwinWire.AlertCursor(tier: .server), since: nil, limit: 10
        ).records.isEmpty
    }
}
