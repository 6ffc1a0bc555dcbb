internal import Msgpack
package import TwinCore

/// The durable record that a shard left this instance or came to it by a move.
package enum OwnershipMove: Equatable, Sendable {
    /// Given away: from here on only the new owner may serve it. The one commit point of a move.
    case released(ReleasedShard)
    /// Taken over from the copy with this digest, at this epoch.
    case acquired(index: UInt16, epoch: Epoch, digest: UInt64)
    /// The new owner serves what was released at this epoch; its data here may go.
    case forgotten(index: UInt16, epoch: Epoch)

    private enum Kind: UInt64 {
        case released = 0
        case acquired = 1
        case forgotten = 2
    }

    func pack(into packer: inout Packer) {
        switch self {
        case .released(let shard):
            begin(.released, shard.index, shard.epoch, into: &packer)
            packer.packUInt(shard.digest)
            packer.packString(shard.to.text)
        case .acquired(let index, let epoch, let digest):
            begin(.acquired, index, epoch, into: &packer)
            packer.packUInt(digest)
        case .forgotten(let index, let epoch):
            begin(.forgotten, index, epoch, into: &packer)
        }
    }

    private func begin(
        _ kind: Kind, _ index: UInt16, _ epoch: Epoch, into packer: inout Packer
    ) {
        packer.packUInt(kind.rawValue)
        packer.packUInt(UInt64(index))
        packer.packUInt(UInt64(epoch.rawValue))
    }

    init(from unpacker: inout Unpacker) throws(MsgpackError) {
        let offset = unpacker.offset
        let word = try unpacker.readUInt64()
        let index: UInt16 = try JournalNumbers.shard(&unpacker)
        let epoch = Epoch(rawValue: try unpacker.readUInt32())
        switch Kind(rawValue: word) {
        case .released:
            let digest = try unpacker.readUInt64()
            self = .released(
                ReleasedShard(
                    index: index, to: try OwnershipMove.name(&unpacker), epoch: epoch,
                    digest: digest))
        case .acquired:
            self = .acquired(index: index, epoch: epoch, digest: try unpacker.readUInt64())
        case .forgotten:
            self = .forgotten(index: index, epoch: epoch)
        case nil:
            throw MsgpackError(
                .invalidValue, wanted: "a kind of move from 0 to 2", found: "\(word)",
                offset: offset)
        }
    }

    private static func name(_ unpacker: inout Unpacker) throws(MsgpackError) -> InstanceName {
        let offset = unpacker.offset
        let text = try unpacker.readString(maxBytes: Limits.instanceNameBytesMax)
        do {
            return try InstanceName(text)
        } catch {
            throw MsgpackError(
                .invalidValue, wanted: "an instance's name", found: text, offset: offset)
        }
    }
}
