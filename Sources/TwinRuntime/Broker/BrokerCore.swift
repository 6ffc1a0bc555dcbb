package import TwinCore
internal import TwinWire
internal import ZeroMQ

/// A `BrokerMachine` with its messages, without sockets, clocks and files: what comes by which
/// socket, what becomes of it, what is stored before what is told.
///
/// A turn drains the service socket, then the client socket, both up to a bound, so that a flood
/// of reports starves neither replies nor beats. Nothing blocks except storing the placement,
/// which happens before anything that depends on it is sent.
///
/// Frames (a leading empty frame is accepted from everybody and echoed):
/// ```
/// client  → broker   [destination][envelope][payload]
/// broker  → service  [route][destination][envelope][payload]    routed to it; counts as credit
/// service → broker   [route][envelope][payload]                 kind reply
///                    [destination][envelope][payload]           every other kind
/// broker  → anybody  [envelope][payload]                        replies, and the broker's events
/// ```
package struct BrokerCore<Port: BrokerPort & ~Copyable>: ~Copyable {
    package internal(set) var machine: BrokerMachine
    package var port: Port

    /// Reused for everything that is sent.
    var outbound = Message()
    var counters = BrokerCounters()
    var inputRate = BrokerRate()
    /// The wall clock at the begin of the turn.
    var wall: Timestamp

    /// Messages to shards that are changing owners, each shard's in order.
    var held: [ShardID: HeldMessages] = [:]
    private var inbound = Message()
    private(set) var turnedAt: Int64
    private var tickedAt: Int64
    private var countersSaid = BrokerCounters()
    private var countersSaidAt: Int64

    /// `now` is the machine's monotonic time in milliseconds, suspension included.
    package init(machine: BrokerMachine, port: consuming Port, now: Int64, wall: Timestamp) {
        self.machine = machine
        self.port = port
        self.wall = wall
        turnedAt = now
        tickedAt = now
        countersSaidAt = now
    }

    /// The longest time between two turns.
    package static var tickMilliseconds: Int64 { 100 }
    private static var sayCountersMilliseconds: Int64 { 60_000 }

    // MARK: turns

    /// One pass; false when it stopped at its bound and has more to read. Throws what the port
    /// throws.
    package mutating func turn(now: Int64, wall: Timestamp) throws -> Bool {
        self.wall = wall
        let gap = now - turnedAt
        if gap > BrokerMachine.pauseMin.rawValue {
            machine.wasPaused(milliseconds: gap, now: now)
        }
        let servicesAreDrained = try drain(.service, now: now)
        let clientsAreDrained = try drain(.client, now: now)
        if clientsAreDrained { machine.clientSocketWasEmptied(now: now) }
        if now - tickedAt >= Self.tickMilliseconds {
            tickedAt = now
            machine.tick(now: now, wall: wall)
            try carryOutEffects()
            sayCounters(now: now)
        }
        turnedAt = now
        return servicesAreDrained && clientsAreDrained
    }

    private mutating func drain(_ side: RouteFrame.Side, now: Int64) throws -> Bool {
        var message = Message()
        swap(&message, &inbound)
        defer { swap(&message, &inbound) }
        var bytes = 0
        for _ in 0..<Limits.messagesPerTurnMax where bytes < Limits.bytesPerTurnMax {
            let received = try port.receive(from: side, into: &message)
            if received == .none { return true }
            bytes += message.byteCount
            switch side {
            case .service: try handleService(message, received, now: now)
            case .client:
                inputRate.count(now: now)
                try handleClient(message, received, now: now)
            }
        }
        return false
    }

    // MARK: effects

    /// Stores what must be stored, then tells the placement, the parties of moves, and the log.
    package mutating func carryOutEffects() throws {
        let effects = machine.takeEffects()
        if effects.mustStore { try port.store(machine.record) }
        if effects.tellsPlacement { try tellPlacement() }
        for freeze in effects.freezes { try mark(freeze) }
        for thaw in effects.thaws { try tell(thaw) }
        for shard in effects.unheld { try letGo(shard) }
        for note in effects.notes { port.say(note) }
        for slot in effects.probes { try probe(slot) }
    }

    /// Logs once a minute what was dropped, if anything was.
    private mutating func sayCounters(now: Int64) {
        guard now - countersSaidAt >= Self.sayCountersMilliseconds else { return }
        countersSaidAt = now
        guard counters != countersSaid else { return }
        countersSaid = counters
        port.say(
            BrokerNote(
                .info, "messages dropped since the start",
                [
                    "malformed": "\(counters.malformed)",
                    "answers": "\(counters.answersDropped)",
                    "repeating": "\(counters.repeatingDropped)",
                    "returning": "\(counters.returning)",
                ]))
    }

    private mutating func tellPlacement() throws {
        let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
        let payload = Payload.pack(machine.record.placement)
        for routingID in machine.presentRoutingIDs {
            // Who does not get it learns from the next beat that there is a newer one.
            _ = try port.send(Message([routingID, envelope, payload]), to: .service)
        }
    }
}
