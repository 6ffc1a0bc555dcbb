internal import Logging
internal import TwinCore
internal import TwinStore
internal import ZeroMQ

/// The broker's one thread: two ROUTER sockets around a `BrokerCore`.
struct BrokerLoop: ~Copyable {
    private var core: BrokerCore<BrokerSockets>
    private var poller = Poller()
    private let wake: WakeSignal

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
        let wall = SystemTime.wall
        var random = SystemRandomNumberGenerator()
        let machine = BrokerMachine(
            record: record,
            shardCounts: ShardCounts(all: settings.shards ?? Limits.shardCountDefault),
            configuration: settings.configuration, bootstrap: settings.bootstrap,
            freshClusterID: BrokerLoop.clusterID(random.next()), nonce: random.next(), now: now,
            wall: wall, rebalancesByItself: settings.rebalancesByItself)
        let sockets = BrokerSockets(
            clients: clients, services: services, directory: directory, log: log)
        core = BrokerCore(machine: machine, port: sockets, now: now, wall: wall)
        self.wake = wake
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
                clients: try core.port.clients.boundEndpoint,
                services: try core.port.services.boundEndpoint)
        }
    }

    private static func socket(
        _ endpoint: String, _ flag: String, queueMax: Int, _ context: Context
    ) throws -> Socket {
        var options = SocketOptions()
        options.sendQueueMax = queueMax
        options.receiveQueueMax = queueMax
        options.frameBytesMax = Limits.frameBytesTaken
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

    /// Turns until stopped; throws what a disk or libzmq cannot do.
    mutating func run() throws {
        try core.carryOutEffects()
        var isDrained = true
        while !wake.isStopRequested {
            _ = try poller.wait(
                timeoutMilliseconds: isDrained
                    ? Int(BrokerCore<BrokerSockets>.tickMilliseconds) : 0)
            wake.clear()
            isDrained = try core.turn(
                now: SystemTime.monotonicMilliseconds, wall: SystemTime.wall)
        }
    }
}
