internal import TwinCore
internal import TwinWire
internal import ZeroMQ

/// Messages to one shard that wait while it changes owners; bounded by
/// `Limits.heldMessagesMax` and `Limits.heldBytesMax`.
struct HeldMessages {
    struct Entry {
        let message: Message
        let mail: BrokerMail
        let envelope: Envelope
        let since: Int64
    }

    private(set) var entries: [Entry] = []
    private var bytes = 0

    /// - Returns: false when there is no room.
    mutating func append(_ entry: Entry) -> Bool {
        guard entries.count < Limits.heldMessagesMax,
            bytes + entry.message.byteCount <= Limits.heldBytesMax
        else { return false }
        bytes += entry.message.byteCount
        entries.append(entry)
        return true
    }
}
