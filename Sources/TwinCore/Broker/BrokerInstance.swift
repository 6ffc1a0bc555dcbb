/// What the broker knows of one instance, present or not.
struct BrokerInstance: Sendable {
    /// One registered process on one connection.
    struct Connection: Sendable {
        /// The ROUTER's name for the connection.
        let routingID: [UInt8]
        /// Its name in the credit of beats; another connection has another.
        let number: UInt64
        let processNonce: UInt64
        /// The number that its beats and messages must carry.
        let startNumber: UInt64
        let softwareVersion: String
        let registeredAt: Timestamp
        /// Monotonic milliseconds of the last beat, or of the registration.
        var heardAt: Int64
        var heardAtWall: Timestamp
        var hasBeaten = false
        /// Since when it has beaten without a break.
        var steadySince: Int64
        /// Bytes the instance takes over this connection, absolute.
        var credit: UInt64
        /// What was granted at the registration: the size of the window.
        let window: UInt64
        /// Bytes sent over this connection. The answers to registrations and beats name it: they
        /// share the pipe with the messages, so when one arrives the instance has taken exactly
        /// so many, and a difference between the two counts lasts until the next beat at most.
        var forwarded: UInt64
        /// Refused or dropped toward the instance since its previous beat.
        var dropped: UInt64 = 0
        var blindShards = ShardSet()
        var isStopping = false
        /// It has asked to be emptied because it stops: whatever it is answered, it takes nothing.
        var isLeaving = false
        var load = InstanceLoad()
    }

    enum Presence: Sendable {
        /// Known from the stored placement, not seen since this broker started.
        case awaited
        case present(Connection)
        /// The connection may stand all the same, with everything that was sent over it.
        case lost(at: Int64, wall: Timestamp, Connection)
    }

    let name: InstanceName
    let tier: Tier
    var presence: Presence = .awaited
    /// Its last process had said that it stops.
    var hasStopped = false
    /// The process that registered last: tells a reconnect from a second process.
    var lastProcessNonce: UInt64?
    var softwareVersion: String?
    /// When its last processes began, as this broker's process saw it; the newest last, at most
    /// `startsKept`. Not stored: after a restart of the broker the count begins anew, and what
    /// still holds then is that a new instance must have beaten for 30 s on end.
    private(set) var starts: [Int64] = []

    /// Notes the start of a process.
    mutating func noteStart(at time: Int64) {
        starts.append(time)
        if starts.count > BrokerInstance.startsKept { starts.removeFirst() }
    }

    private static let startsKept = 8

    var connection: Connection? {
        if case .present(let connection) = presence { connection } else { nil }
    }

    /// The connection it is known by, or was until it was lost.
    var lastConnection: Connection? {
        switch presence {
        case .awaited: nil
        case .present(let connection), .lost(_, _, let connection): connection
        }
    }

    /// Changes the connection in place; without one nothing happens.
    mutating func withConnection(_ change: (inout Connection) -> Void) {
        guard case .present(var connection) = presence else { return }
        presence = .awaited
        change(&connection)
        presence = .present(connection)
    }
}

extension BrokerInstance.Connection {
    /// The process ends soon, by its own word.
    var isEnding: Bool { isStopping || isLeaving }

    /// How the process is doing, judged at `now`.
    func state(now: Int64) -> BrokerStatus.State {
        if isStopping { return .stopping }
        if isSuspect(now: now) { return .suspect }
        return hasBeaten ? .ok : .recovering
    }

    /// True after 3 s without a beat, and while a turn waits for its commit longer than 2 s.
    func isSuspect(now: Int64) -> Bool {
        now - heardAt >= Limits.suspectAfter.rawValue
            || load.oldestTurnMilliseconds > Limits.commitLateAfter.rawValue
    }

    /// What the instance had taken when it granted last; it never takes less.
    var takenAtLeast: UInt64 { credit - min(credit, window) }

    /// Whether a message of so many bytes fits into what is left of the credit.
    func takes(_ byteCount: Int, traffic: BrokerTraffic) -> Bool {
        let reserve =
            switch traffic {
            case .request: window / Limits.controlCreditShare
            case .control, .repeating: UInt64(0)
            }
        let left = credit > forwarded ? credit - forwarded : 0
        return left >= reserve && left - reserve >= UInt64(byteCount)
    }
}
