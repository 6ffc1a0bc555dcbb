internal import TwinCore
internal import TwinStore
internal import TwinWire

/// A shard's copy on its way in: not served, not claimed, until the owner has released it.
struct Arrival<Twin: ShardTwin>: Sendable {
    struct Copied: Sendable {
        let twin: Twin
        let entry: HandoffDigest.Entry
    }

    /// The epoch that we shall have.
    let epoch: Epoch
    /// The move's; nil for a copy that rows have kept over a restart.
    let number: UInt64?
    var nextNumber = 0
    var header: ShardHeader?
    /// The beginning of a state that is larger than a part.
    var begun: HandoffChunk.Twin?
    /// By ordinal.
    var twins: [UInt32: Copied] = [:]
    /// The last record of its alert log.
    var newestAlert = AlertTail.Place.none
    /// What is refused of it; nil = its owner did not say.
    var bans: [QuarantineBan]?
    /// What is whole and durable here; nil until the last part is.
    var digest: UInt64?
    /// Since when, in this process: the shard has been frozen about as long.
    var wholeSince: Int64?
    /// The part that the rows are saving.
    var saving: Saving?

    struct Saving: Sendable {
        let request: Request
        let number: Int
        /// With the last part.
        let digest: UInt64?
    }

    init(epoch: Epoch, number: UInt64?) {
        self.epoch = epoch
        self.number = number
    }

    /// The shard as its new owner goes on with it; nil while the copy is not whole.
    func shard(_ id: ShardID, at epoch: Epoch, running: Milliseconds) -> Shard<Twin>? {
        guard let header else { return nil }
        var shard = Shard<Twin>(id: id, header: header)
        for (_, copied) in twins.sorted(by: { $0.key < $1.key }) {
            shard.restore(copied.twin, position: copied.entry.position)
        }
        shard.moved(to: epoch, header: header, running: running)
        return shard
    }
}
