internal import Logging
internal import TwinCore
internal import TwinStore
internal import TwinWire
internal import ZeroMQ

/// The broker's one thread: two ROUTER sockets around a `BrokerMachine`.
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
struct BrokerLoop: ~Copyable {
    var machine: BrokerMachine
    var clients: Socket
    var services: Socket
    let directory: BrokerDirectory
    let log: Logger

    /// Reused for everything that is sent.
    var outbound = Message()
    var counters = BrokerCounters()
    var inputRate = BrokerRate()

    private var inbound = Message()
    private var poller = Poller()
    private let wake: WakeSignal
    private var turnedAt: Int64
    private var tickedAt: Int64
    private var countersSaid = BrokerCounters()
    private var countersSaidAt: Int64

    /// Reads the placement and binds both sockets; throws a sentence that names the flag.
    init(
        _ settings: BrokerSettings, context: Context, wake: WakeSignal, log: Logger
    ) throws {
        let directory = try BrokerDirectory(opening: settings.stateDirectory)
        let record = try directory.placement.read()
        try BrokerLoop.checkShards(settings, record)
        let clients = try BrokerLoop.socket(
            settings.listen, "listen", queueMax: Limits.clientQueueMessages, context)
        let services = try BrokerLoop.socket(
            settings.listenServices, "listen-services", queueMax: Limits.serviceQueueMessages,
            context)
        _ = poller.add(services)
        _ = poller.add(clients)
        _ = poller.add(fileDescriptor: wake.fileDescriptor)
        let now = SystemTime.monotonicMilliseconds
        var random = SystemRandomNumberGenerator()
        machine = BrokerMachine(
            record: record,
            shardCounts: ShardCounts(all: settings.shards ?? Limits.shardCountDefault),
            configuration: settings.configuration, bootstrap: settings.bootstrap,
            freshClusterID: BrokerLoop.clusterID(random.next()), nonce: random.next(), now: now,
            wall: SystemTime.wall)
        self.directory = directory
        self.clients = clients
        self.services = services
        self.wake = wake
        self.log = log
        turnedAt = now
        tickedAt = now
        countersSaidAt = now
    }

    private static func checkShards(
        _ settings: BrokerSettings, _ record: BrokerRecord?
    ) throws(StartError) {
        guard let shards = settings.shards, let counts = record?.placement.shardCounts,
            counts != ShardCounts(all: shards)
        else { return }
        throw StartError(
            .usage,
            "--shards (or TWIN_SHARDS): this cluster was made with \(counts.server) "
                + "shards, found \(shards); the count is for a cluster's life")
    }

    /// Where clients and services find the broker, with the ports that were chosen for `*`.
    var endpoints: BrokerEndpoints {
        get throws {
            BrokerEndpoints(
                clients: try clients.boundEndpoint, services: try services.boundEndpoint)
        }
    }

    private static func socket(
        _ endpoint: String, _ flag: String, queueMax: Int, _ context: Context
    ) throws -> Socket {
        var options = SocketOptions()
        options.sendQueueMax = queueMax
        options.receiveQueueMax = queueMax
        options.frameBytesMax = Limits.frameBytesMax
        options.framesMax = framesMax
        options.lingerMilliseconds = lingerMilliseconds
        options.allowsIPv6 = endpoint.contains("[") || endpoint.contains("*:")
        do {
            var socket = try Socket(.router, in: context, options: options)
            try socket.bind(endpoint)
            return socket
        } catch let error where error.isAddressInUse {
            throw StartError(
                .unavailable,
                "--\(flag) (or \(SettingsReader.variable(flag))): \(endpoint) is "
                    + "taken by another process, perhaps another twin-broker; stop it or choose "
                    + "another port")
        } catch {
            throw StartError(
                .usage, "--\(flag) (or \(SettingsReader.variable(flag))): cannot listen: \(error)")
        }
    }

    /// Six hexadecimal digits: enough to tell clusters apart, short enough to say aloud.
    private static func clusterID(_ random: UInt64) -> String {
        let digits = String(random % clusterIDs, radix: 16)
        return String(repeating: "0", count: clusterIDDigits - digits.count) + digits
    }

    private static let clusterIDDigits = 6
    private static let clusterIDs: UInt64 = 1 << 24
    /// Routing id and delimiter in front of what a peer may send.
    private static let framesMax = Limits.framesPerMessageMax
    private static let lingerMilliseconds = 500
    private static let tickMilliseconds: Int64 = 100
    private static let sayCountersMilliseconds: Int64 = 60_000

    // MARK: turns

    /// Turns until stopped; throws what a disk or libzmq cannot do.
    mutating func run() throws {
        try carryOutEffects()
        var isDrained = true
        while !wake.isStopRequested {
            _ = try poller.wait(
                timeoutMilliseconds: isDrained ? Int(BrokerLoop.tickMilliseconds) : 0)
            wake.clear()
            isDrained = try turn()
        }
    }

    /// One pass; false when it stopped at its bound.
    private mutating func turn() throws -> Bool {
        let now = SystemTime.monotonicMilliseconds
        let gap = now - turnedAt
        if gap > BrokerMachine.pauseMin.rawValue {
            machine.wasPaused(milliseconds: gap, now: now)
        }
        let servicesAreDrained = try drainServices(now: now)
        let clientsAreDrained = try drainClients(now: now)
        if clientsAreDrained { machine.clientSocketWasEmptied(now: now) }
        if now - tickedAt >= BrokerLoop.tickMilliseconds {
            tickedAt = now
            machine.tick(now: now, wall: SystemTime.wall)
            try carryOutEffects()
            sayCounters(now: now)
        }
        turnedAt = now
        return servicesAreDrained && clientsAreDrained
    }

    private mutating func drainServices(now: Int64) throws -> Bool {
        var message = Message()
        swap(&message, &inbound)
        defer { swap(&message, &inbound) }
        var bytes = 0
        for _ in 0..<Limits.messagesPerTurnMax where bytes < Limits.bytesPerTurnMax {
            let received = try services.receive(into: &message)
            if received == .none { return true }
            bytes += message.byteCount
            try handleService(message, received, now: now)
        }
        return false
    }

    private mutating func drainClients(now: Int64) throws -> Bool {
        var message = Message()
        swap(&message, &inbound)
        defer { swap(&message, &inbound) }
        var bytes = 0
        for _ in 0..<Limits.messagesPerTurnMax where bytes < Limits.bytesPerTurnMax {
            let received = try clients.receive(into: &message)
            if received == .none { return true }
            bytes += message.byteCount
            inputRate.count(now: now)
            try handleClient(message, received, now: now)
        }
        return false
    }

    // MARK: effects

    /// Stores what must be stored, then tells the placement and the log.
    mutating func carryOutEffects() throws {
        let effects = machine.takeEffects()
        if effects.mustStore { try directory.placement.write(machine.record) }
        if effects.tellsPlacement { try tellPlacement() }
        for note in effects.notes {
            var metadata = Logger.Metadata()
            for (name, value) in note.details { metadata[name] = .string(value) }
            log.log(level: note.level.logLevel, "\(note.sentence)", metadata: metadata)
        }
    }

    /// Logs once a minute what was dropped, if anything was.
    private mutating func sayCounters(now: Int64) {
        guard now - countersSaidAt >= BrokerLoop.sayCountersMilliseconds else { return }
        countersSaidAt = now
        guard counters != countersSaid else { return }
        countersSaid = counters
        log.info(
            "messages dropped since the start",
            metadata: [
                "malformed": "\(counters.malformed)",
                "answers": "\(counters.answersDropped)",
                "repeating": "\(counters.repeatingDropped)",
                "returning": "\(counters.returning)",
            ])
    }

    private mutating func tellPlacement() throws {
        let envelope = Envelope(kind: .event, type: .placement, requestID: 0).packed
        let payload = Payload.pack(machine.record.placement)
        for routingID in machine.presentRoutingIDs {
            // Who does not get it learns from the next beat that there is a newer one.
            _ = try services.send([routingID, envelope, payload])
        }
    }
}

extension BrokerNote.Level {
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
