import TwinCore
import TwinWire

extension ProtocolExamples {
    private typealias Samples = ProtocolSamples

    private static let shard = ShardID(tier: .server, index: 12)

    /// What an operator asks the broker for.
    static let moves = [
        ProtocolExample(
            .moveShard, .request, to: "broker",
            MoveShardRequest(shard: shard, to: Samples.name("server-b"))
        ) { request throws(Refusal) in _ = try request.id },
        ProtocolExample(.moveShard, .reply, DocumentsSamples.moves),
        ProtocolExample(
            .drain, .request, to: "broker", DrainRequest(instance: Samples.name("server-a"))),
        ProtocolExample(.drain, .reply, DocumentsSamples.moves),
        ProtocolExample(
            .rebalance, .request, to: "broker", RebalanceRequest(tier: .server, dryRun: true)),
        ProtocolExample(
            .rebalance, .reply, MovesDocument(changed: false, moves: DocumentsSamples.moves.moves)),
        ProtocolExample(
            .adopt, .request, to: "broker",
            AdoptRequest(shard: shard, to: Samples.name("server-b"), mayBeginEmpty: true)
        ) { request throws(Refusal) in _ = try request.id },
        ProtocolExample(.adopt, .reply, DocumentsSamples.moves),
    ]

    private static let newEpoch = Epoch(rawValue: 2)
    private static let moveNumber: UInt64 = 17
    private static let digest: UInt64 = 0x0123_4567_89ab_cdef

    private static let chunk: HandoffChunk = {
        var chunk = HandoffChunk(
            index: shard.index, epoch: newEpoch, move: moveNumber, number: 1)
        chunk.twins = [
            HandoffChunk.Twin(
                ordinal: 7, position: Position(rawValue: 4_711), state: [0x93, 0x01, 0x02, 0x03])
        ]
        chunk.gone = [3]
        chunk.alerts = [
            HandoffChunk.Alert(
                LoggedAlert(
                    shard: shard.index, epoch: .first, sequence: 9, at: Samples.noon,
                    change: .opened, severity: .warning, pages: true,
                    subject: "server/dc1-r07-s12:1", document: [0x80]))
        ]
        chunk.bans = [
            HandoffChunk.Ban(
                name: "server/dc1-r07-s12", digest: "00c3a6b54c21ff2b", ends: 2, signal: 4)
        ]
        return chunk
    }()

    /// What owner, new owner and broker say to one another.
    static let handoff = [
        ProtocolExample(.handoff, .request, to: "server@server-a", by: Samples.server, chunk) {
            chunk throws(Refusal) in
            for alert in chunk.alerts { _ = try alert.logged(in: chunk.index) }
        },
        ProtocolExample(
            .handoff, .reply, by: Samples.server, HandoffAnswer(number: 1, digest: digest)),
        ProtocolExample(
            .moveReport, .event, to: "broker", by: Samples.server,
            MoveReport(
                index: shard.index, to: Samples.name("server-a"), epoch: newEpoch,
                number: moveNumber, step: .released, digest: digest)),
        ProtocolExample(
            .freeze, .event, FreezeOrder(index: shard.index, number: moveNumber)),
        ProtocolExample(
            .thaw, .event,
            ThawOrder(index: shard.index, number: moveNumber, reason: "server-b is gone")),
    ]
}
