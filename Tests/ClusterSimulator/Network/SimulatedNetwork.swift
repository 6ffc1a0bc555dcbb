import SimulatedFleet
import TwinCore
import TwinWire

/// The network between the broker and its peers: late, broken, partitioned, repeating, but in order
/// on each connection, as TCP is.
///
/// A message is lost when its connection breaks or, if the plan says so, by itself, as at a full
/// queue. It arrives twice when the plan says so: at once for everything, later for what may be
/// repeated after a reconnect.
struct SimulatedNetwork {
    private(set) var links: [Link] = []
    /// What the broker has not read yet, by side, with the connection it came by.
    private(set) var brokerInboxes: [[(link: Int, routingID: [UInt8], frames: [[UInt8]])]] = [
        [], [],
    ]
    private var brokerHeads = [0, 0]
    private var linkByRoutingID: [[UInt8]: Int] = [:]
    private var nextRoutingID: UInt32 = 1
    private var random: SplitMix64
    private(set) var isBrokerUp = false

    // MARK: how bad it is
    var delays: ClosedRange<Int64> = 0...2
    var lossShare = 0.0
    var repeatShare = 0.0
    private(set) var lost = 0
    private(set) var repeated = 0

    /// Longest queue ever, for the checker of queue limits.
    private(set) var longestQueue = 0

    init(seed: UInt64) { random = RandomStream.network.random(seed: seed) }

    mutating func add(name: String, side: RouteFrame.Side) -> Int {
        links.append(Link(name: name, side: side))
        return links.count - 1
    }

    // MARK: connections

    /// The peer's process runs: it connects as soon as the broker is there.
    mutating func open(_ link: Int, _ scheduler: inout Scheduler) {
        links[link].isOpen = true
        links[link].inbox.removeAll()
        links[link].outbox.removeAll()
        planReconnect(link, &scheduler)
    }

    /// The peer's process is gone, and with it everything that it had not sent.
    mutating func close(_ link: Int) {
        sever(link)
        links[link].isOpen = false
        links[link].outbox.removeAll()
        links[link].inbox.removeAll()
    }

    mutating func openBroker(_ scheduler: inout Scheduler) {
        isBrokerUp = true
        for link in links.indices where links[link].isOpen { planReconnect(link, &scheduler) }
    }

    /// The broker is gone: every connection breaks.
    mutating func closeBroker(_ scheduler: inout Scheduler) {
        for link in links.indices { sever(link) }
        isBrokerUp = false
        brokerInboxes = [[], []]
        brokerHeads = [0, 0]
        for link in links.indices { links[link].unread = 0 }
    }

    /// A connection breaks: of what was on its way only the first few arrive.
    mutating func reset(_ link: Int, _ scheduler: inout Scheduler) {
        sever(link)
        if links[link].isOpen { planReconnect(link, &scheduler) }
    }

    private mutating func sever(_ link: Int) {
        guard let routingID = links[link].routingID else { return }
        let up = links[link].up.cut()
        let down = links[link].down.cut()
        for frames in up.prefix(random.index(below: up.count + 1)) {
            toBroker(frames, routingID, link)
        }
        links[link].inbox += down.prefix(random.index(below: down.count + 1))
        linkByRoutingID[routingID] = nil
        links[link].routingID = nil
        links[link].connection += 1
    }

    private mutating func planReconnect(_ link: Int, _ scheduler: inout Scheduler) {
        scheduler.plan(
            .reconnect(link: link, connection: links[link].connection),
            at: scheduler.now + random.number(in: 1...1_000))
    }

    /// Connects a peer; what waited leaves.
    mutating func connect(_ link: Int, connection: UInt64, _ scheduler: inout Scheduler) {
        guard links[link].connection == connection, links[link].routingID == nil,
            links[link].isOpen, isBrokerUp
        else { return }
        let blocked = max(links[link].up.blockedUntil, links[link].down.blockedUntil)
        guard blocked <= scheduler.now else {
            scheduler.plan(.reconnect(link: link, connection: connection), at: blocked)
            return
        }
        links[link].connection += 1
        let id = nextRoutingID
        nextRoutingID += 1
        // As libzmq numbers them: a zero and four bytes.
        let routingID = [0] + stride(from: 24, through: 0, by: -8).map { UInt8(id >> $0 & 0xFF) }
        links[link].routingID = routingID
        links[link].settledBytes = 0
        linkByRoutingID[routingID] = link
        let waiting = links[link].outbox
        links[link].outbox.removeAll()
        for frames in waiting { carry(frames, link, .up, &scheduler) }
    }

    // MARK: partitions

    /// Holds everything on a lane until then.
    mutating func block(_ link: Int, _ direction: Lane.Direction, until time: Int64) {
        switch direction {
        case .up: links[link].up.blockedUntil = max(links[link].up.blockedUntil, time)
        case .down: links[link].down.blockedUntil = max(links[link].down.blockedUntil, time)
        }
    }

    /// Ends every partition.
    mutating func heal() {
        for link in links.indices {
            links[link].up.blockedUntil = 0
            links[link].down.blockedUntil = 0
        }
    }

    // MARK: messages

    /// A peer sends to the broker; false when its queue is full.
    mutating func send(
        _ frames: [[UInt8]], from link: Int, _ scheduler: inout Scheduler
    ) -> Bool {
        let queued = links[link].up.count + links[link].outbox.count + links[link].unread
        guard queued < queueMax(link) else {
            return false
        }
        guard links[link].routingID != nil else {
            // Services queue only toward a connection that stands.
            guard links[link].side == .client else { return false }
            links[link].outbox.append(frames)
            return true
        }
        carry(frames, link, .up, &scheduler)
        return true
    }

    /// The broker sends by routing id.
    mutating func sendFromBroker(
        _ frames: [[UInt8]], to routingID: [UInt8], side: RouteFrame.Side,
        _ scheduler: inout Scheduler
    ) -> Delivery {
        guard let link = linkByRoutingID[routingID], links[link].side == side else {
            return .unreachable
        }
        guard links[link].down.count + links[link].inbox.count < queueMax(link) else {
            return .full
        }
        carry(frames, link, .down, &scheduler)
        return .sent
    }

    /// The connection of a routing id; nil when it is gone.
    func link(of routingID: [UInt8]) -> Int? { linkByRoutingID[routingID] }

    enum Delivery {
        case sent, full, unreachable
    }

    /// What one direction of a connection holds at most, as libzmq's limits have it.
    func queueMax(_ link: Int) -> Int {
        switch links[link].side {
        case .client: Limits.clientQueueMessages
        case .service: Limits.serviceQueueMessages
        }
    }

    private mutating func carry(
        _ frames: [[UInt8]], _ link: Int, _ direction: Lane.Direction,
        _ scheduler: inout Scheduler
    ) {
        if lossShare > 0, random.chance(lossShare) {
            lost += 1
            if direction == .down { settle(frames, link) }
            return
        }
        put(frames, link, direction, &scheduler)
        if repeatShare > 0, random.chance(repeatShare) {
            repeated += 1
            if direction == .down {
                note(repeatedBytes: frames.reduce(0) { $0 + $1.count }, toward: link)
            }
            put(frames, link, direction, &scheduler)
        }
    }

    private mutating func put(
        _ frames: [[UInt8]], _ link: Int, _ direction: Lane.Direction,
        _ scheduler: inout Scheduler
    ) {
        let delay = random.number(in: delays)
        let at: Int64
        let count: Int
        switch direction {
        case .up:
            at = links[link].up.send(frames, at: scheduler.now, delay: delay)
            count = links[link].up.count
        case .down:
            at = links[link].down.send(frames, at: scheduler.now, delay: delay)
            count = links[link].down.count
        }
        longestQueue = max(longestQueue, count)
        scheduler.plan(
            .arrival(link: link, lane: direction, connection: links[link].connection), at: at)
    }

    /// The next message of a lane arrives: the frames, or nil when it waits or is gone.
    mutating func arrive(
        _ link: Int, _ direction: Lane.Direction, connection: UInt64, _ scheduler: inout Scheduler
    ) -> [[UInt8]]? {
        guard links[link].connection == connection, let routingID = links[link].routingID else {
            return nil
        }
        let blocked =
            direction == .up ? links[link].up.blockedUntil : links[link].down.blockedUntil
        guard blocked <= scheduler.now else {
            scheduler.plan(
                .arrival(link: link, lane: direction, connection: connection), at: blocked)
            return nil
        }
        switch direction {
        case .up:
            guard let packet = links[link].up.take() else { return nil }
            toBroker(packet.frames, routingID, link)
            return packet.frames
        case .down:
            guard let packet = links[link].down.take() else { return nil }
            links[link].inbox.append(packet.frames)
            settle(packet.frames, link)
            return packet.frames
        }
    }

    /// The peer can have taken it, or will never take it.
    mutating func settle(_ frames: [[UInt8]], _ link: Int) {
        guard frames.count == Self.routedFrames else { return }
        links[link].settledBytes += frames.reduce(0) { $0 + $1.count }
    }

    /// `[route][destination][envelope][payload]`: what counts against a credit.
    private static let routedFrames = 4

    /// A peer takes more bytes than were sent to it.
    mutating func note(repeatedBytes count: Int, toward link: Int) {
        links[link].repeatedBytes += count
    }

    private mutating func toBroker(_ frames: [[UInt8]], _ routingID: [UInt8], _ link: Int) {
        brokerInboxes[Int(links[link].side.rawValue)].append((link, routingID, frames))
        links[link].unread += 1
    }

    // MARK: reading

    /// Takes what has arrived at a peer, oldest first.
    mutating func takeInbox(_ link: Int, atMost count: Int = .max) -> [[[UInt8]]] {
        guard links[link].inbox.count > count else {
            defer { links[link].inbox.removeAll(keepingCapacity: true) }
            return links[link].inbox
        }
        defer { links[link].inbox.removeFirst(count) }
        return Array(links[link].inbox.prefix(count))
    }

    mutating func takeForBroker(
        _ side: RouteFrame.Side
    ) -> (routingID: [UInt8], frames: [[UInt8]])? {
        let index = Int(side.rawValue)
        guard brokerHeads[index] < brokerInboxes[index].count else {
            brokerInboxes[index].removeAll(keepingCapacity: true)
            brokerHeads[index] = 0
            return nil
        }
        defer { brokerHeads[index] += 1 }
        let mail = brokerInboxes[index][brokerHeads[index]]
        links[mail.link].unread -= 1
        return (mail.routingID, mail.frames)
    }
}
