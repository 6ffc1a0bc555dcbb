package import TwinCore
internal import TwinStore
internal import TwinWire

/// What two instances compare before one gives a shard away: a digest over the shard's row and
/// every twin's ordinal, position and state. The alert log is not in it: its records never change.
package enum HandoffDigest {
    /// One twin of a copy: where it stood and what it was.
    package struct Entry: Equatable, Sendable {
        /// Of the twin's last input.
        package var position: Position
        /// Over its packed state.
        package var digest: UInt64
    }

    /// What a twin counts in the digest of its shard: its position and its state as it is packed.
    package static func entry(position: Position, state: [UInt8]) -> Entry {
        Entry(position: position, digest: InputDigest.of(state.span, seed: seed))
    }

    /// The digest of a whole copy, its twins by ordinal. Cost: a sort of the ordinals and some
    /// 20 ns a twin.
    package static func of(_ header: ShardHeader, _ twins: [UInt32: Entry]) -> UInt64 {
        let row = Payload.pack(header)
        var digest = InputDigest.of(row.span, seed: seed)
        for (ordinal, entry) in twins.sorted(by: { $0.key < $1.key }) {
            digest = InputDigest.of(
                UInt64(ordinal), entry.position.rawValue, entry.digest, seed: digest)
        }
        return digest
    }

    private static let seed: UInt64 = 0x68_61_6E_64_6F_66_66
}
