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
    private func recovered(_ custody: ShardCustody) throws -> InstanceCore<ServerService> {
        let shard = Shard<ServerService.Twin>(
            id: ShardID(tier: .server, index: Self.shard), epoch: .first,
            configuration: ClusterConfiguration(), childShardCount: 0, running: .zero)
        var slice = RowSlice(
            savedAt: Timestamp(milliseconds: 0), journalFrom: .first, durable: .first,
            replayVersion: Recovery.replayVersion)
        slice.shards = [
            ShardRow(
                shard: Self.shard, epoch: .first, position: shard.position,
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
        let custody =
            isReleased
            ? ShardCustody.released(
                to: try InstanceName("server-b"), epoch: Epoch(rawValue: 2), digest: 9)
            : .owned
        var core = try recovered(custody)
        #expect(core.ownedIndices.isEmpty == isReleased)
        core.alerts.append(
            LoggedAlert(
                shard: Self.shard, epoch: .first, sequence: 1, at: Timestamp(milliseconds: 1),
                change: .opened, severity: .error, pages: true, subject: "server/s1:1",
                document: [0x80]), journalRecord: 1)
        let page = core.alerts.records(
            after: TwinWire.AlertCursor(tier: .server), since: nil, limit: 10)
        #expect(page.records.isEmpty == isReleased)
    }
}
