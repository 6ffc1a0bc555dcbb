import TwinCore
import TwinWire

/// The broker and the racks that an instance without sockets talks to: beats are answered, every
/// status is receipted at the next turn, nothing is ever folded.
///
/// Without receipts each report would owe its rack a word for ever, which no cluster does.
struct LoneNeighbours {
    /// Who owns all racks in the placement that the instance is granted.
    static let parent = "bench-rack"

    /// `[envelope][payload]` messages that answer what an instance sent; empty for all that needs
    /// no answer.
    static func answer(to messages: [[[UInt8]]], placementVersion: UInt64) throws -> [[[UInt8]]] {
        var answers: [[[UInt8]]] = []
        for frames in messages where frames.count == 3 {
            let header = frames[1]
            let envelope = try Envelope(header.span)
            let payload = frames[2]
            switch (envelope.kind, envelope.type) {
            case (.beat, .beat):
                let reply = BeatReply(
                    number: envelope.requestID, brokerNonce: 1,
                    placementVersion: placementVersion, isYoung: false, isBehind: false,
                    dropped: 0, unheardServerShards: ShardSet(), unheardRackShards: ShardSet())
                answers.append([envelope.reply(.beat).packed, Payload.pack(reply)])
            case (.request, .statuses):
                answers.append(
                    [envelope.reply(.statuses).packed, try receipts(for: payload.span)])
            default: break
            }
        }
        return answers
    }

    private static func receipts(for payload: Span<UInt8>) throws -> [UInt8] {
        let batch = try Payload.unpack(
            StatusBatch<ServerStatus>.self, from: payload, of: .statuses)
        let entries = batch.entries.map { entry in
            ReceiptBatch.Entry(
                shard: UInt16(CRC32.checksum(entry.parent.bytes) % UInt32(LoneInstance.shards)),
                epoch: .first, child: entry.child,
                receipt: Receipt(
                    parent: entry.parent, version: entry.version, disposition: .member,
                    folds: FoldSet()))
        }
        return Payload.pack(ReceiptBatch(entries: entries))
    }
}
