internal import TwinCore
internal import TwinStore
internal import TwinWire

/// What two instances compare before one gives a shard away: a digest over the shard's row and
/// every twin's ordinal, position and state. The alert log is not in it: its records never change.
enum HandoffDigest {
    /// One twin of a copy: where it stood and what it was.
    struct Entry: Equatable, Sendable {
        var position: Position
        var digest: UInt64
    }

    static func entry(position: Position, state: [UInt8]) -> Entry {
        Entry(position: position, digest: InputDigest.of(state.span, seed: seed))
    }

    /// Cost: a sort of the ordinals and some 20 ns a twin.
    static func of(_ header: ShardHeader, _ twins: [UInt32: Entry]) -> UInt64 {
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
