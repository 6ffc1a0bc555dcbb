internal import TwinCore
internal import TwinWire

/// A shard on its way out: what was copied, what the new owner has answered, and from the freeze
/// on the shard itself, which nobody is served from any more.
struct Departure<Twin: ShardTwin>: Sendable {
    enum Phase: Equatable, Sendable {
        /// Served here; the copy goes on.
        case copying
        /// Served here; all but a few changes are copied and the broker is asked for the marker.
        case ready(since: Int64)
        /// The marker has come: frozen once this turn is closed.
        case marked
        /// Not served; what changed last is copied. Volatile: an owner that gives up or restarts
        /// serves on.
        case frozen(since: Int64)
        /// Served here again; the broker is told until it ends the move.
        case givenUp(why: String)
        /// Given away durably. Kept until the new owner serves.
        case released(digest: UInt64)
        /// Somebody else serves it at a higher epoch, and we never released it. Kept, because it
        /// may be the better copy; a person decides, by `adopt` or `--drop-stale`.
        case stale
    }

    /// A part whose answer is awaited.
    struct Sent: Sendable {
        let requestID: UInt64
        let at: Int64
        /// With the last part: what was exported.
        let digest: UInt64?
    }

    let to: InstanceName
    /// The epoch of the new owner.
    let epoch: Epoch
    /// The move's; 0 for one that the placement does not name any more.
    let number: UInt64
    var phase = Phase.copying
    /// From the freeze on.
    var shard: Shard<Twin>?
    var nextNumber = 0
    var sent: Sent?
    /// What the new owner has of each twin, by ordinal.
    var copied: [UInt32: HandoffDigest.Entry] = [:]
    /// The rest of a state that is larger than a part.
    var rest: HandoffChunk.Twin?
    /// Where this pass over the twins goes on.
    var nextSlot = 0
    var passes = 0
    /// How many metric sets and profiles the last row had that was copied.
    var copiedSets = -1
    /// The last alert that is copied.
    var alertPlace = AlertTail.Place.none
    /// Alerts that the rows gave, still to be copied.
    var alerts: [LoggedAlert] = []
    var isReadingRows = false
    /// When the broker was last told how far we are.
    var reportedAt: Int64?

    init(to: InstanceName, epoch: Epoch, number: UInt64) {
        self.number = number
        self.to = to
        self.epoch = epoch
    }

    /// Whether the shard may still be kept here.
    var mayThaw: Bool {
        switch phase {
        case .copying, .ready, .marked, .frozen, .givenUp: true
        case .released, .stale: false
        }
    }
}
