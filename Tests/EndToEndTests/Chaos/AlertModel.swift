/// What the alert log must say about one server that is commissioned, broken, muted and taken out
/// in turn: the reference, written from the words of the domain and not from the product's code.
///
/// *An incident opens once, pages unless muted, tells the begin and end of every mute, and is
/// resolved when its server leaves; its end pages exactly if it has paged before.*
struct AlertModel: Equatable, Sendable {
    /// One record as a reader sees it.
    struct Record: Equatable, Sendable, CustomStringConvertible {
        let change: String
        let pages: Bool

        var description: String { pages ? "\(change)!" : change }
    }

    /// What must be in the log, in order.
    private(set) var records: [Record] = []
    private(set) var isOpen = false
    private(set) var isInMaintenance = false
    private(set) var isAcknowledged = false
    private var hasPaged = false

    private var isMuted: Bool { isInMaintenance || isAcknowledged }

    /// The second bad report in a row.
    mutating func breaks() {
        guard !isOpen else { return }
        isOpen = true
        tell("opened", pages: !isMuted)
    }

    mutating func beginMaintenance() {
        isInMaintenance = true
        if isOpen { tell("muted", pages: false) }
    }

    /// What still burns when planned work ends pages once more.
    mutating func endMaintenance() {
        isInMaintenance = false
        if isOpen { tell("unmuted", pages: !isMuted) }
    }

    mutating func acknowledge() {
        isAcknowledged = true
        tell("acknowledged", pages: false)
    }

    /// Whoever takes the word back was paged already, unless the mute came first.
    mutating func unacknowledge() {
        isAcknowledged = false
        tell("unacknowledged", pages: !isMuted && !hasPaged)
    }

    /// The server leaves: its incident, its mutes and its memory go with it.
    mutating func decommission() {
        if isOpen { tell("resolved", pages: hasPaged) }
        isOpen = false
        isInMaintenance = false
        isAcknowledged = false
        hasPaged = false
    }

    private mutating func tell(_ change: String, pages: Bool) {
        records.append(Record(change: change, pages: pages))
        if pages { hasPaged = true }
    }
}
