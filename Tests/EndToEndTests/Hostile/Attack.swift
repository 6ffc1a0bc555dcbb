import TwinCore
import TwinWire

/// What somebody may send who means no good, or whose program is broken.
enum Attack: String, CaseIterable, Sendable {
    case randomFrames = "messages of random frames"
    case missingFrames = "messages with frames missing"
    case largeMessage = "a message larger than the limit"
    case hugeMessage = "a frame announced larger than any"
    case takenIdentity = "an identity that is taken"
    case replies = "replies, beats and registrations of a client"
    case strangers = "statuses and replies over a connection that never registered"
    case takenName = "a registration under a taken name"
    case wrongStart = "beats with a wrong start number"
    case slowReader = "a reader that asks and never reads"
    case comingAndGoing = "10,000 connections opened and dropped"
    /// The last, because libzmq takes some of it for messages of its first version, and what of
    /// those is refused is nobody's to foresee.
    case noise = "bytes that are no ZMTP"

    /// What must be refused of it: exactly so many messages, by one of these codes. None where
    /// libzmq ends the connection or leaves a second of its name out, and where nothing is wrong
    /// but the reader's silence. nil = nobody can foresee it.
    var refusals: (codes: [Refusal.Code], count: UInt64)? {
        let count = UInt64(Self.messages)
        return switch self {
        case .randomFrames: ([.invalid, .unsupportedVersion, .tooLarge], count)
        case .missingFrames: ([.invalid], count)
        case .largeMessage: ([.tooLarge], 1)
        case .replies, .strangers, .wrongStart: ([.unauthorized], count)
        case .takenName: ([.conflict], 1)
        case .hugeMessage, .takenIdentity, .slowReader, .comingAndGoing: (Self.wrong, 0)
        case .noise: nil
        }
    }

    /// The codes of whatever is wrong by itself, whatever the cluster does just then.
    private static let wrong: [Refusal.Code] = [
        .invalid, .unsupportedVersion, .tooLarge, .unauthorized, .conflict,
    ]

    /// Answers that the slow reader must be refused. An answer is a kilobyte at least, so what the
    /// broker queues (`Limits.clientQueueMessages`) and what the kernel takes off it (4 MB, as the
    /// reader's own buffer is small) is much less than the other half.
    static let answersDroppedMin = questions / 2

    /// How often the attacks repeat that repeat one message.
    private static let messages = 200
    private static let framesMax = 9
    private static let frameBytesMax = 300
    private static let noises = 50
    private static let noiseBytes = 4_096
    private static let connections = 10_000
    private static let wave = 250
    private static let questions = 20_000
    /// Seconds until a broker that reads nothing more is blamed for it.
    private static let slowPatience = 60
    private static let slowReceiveBytes: Int32 = 4_096
    private static let terabyte = 1 << 40

    /// Carries it out against a cluster that has an instance `server-a`. The connections live as
    /// long as they are held: what they sent may still be under way.
    func run(_ target: AttackTarget, _ random: inout ChaosRandom) throws -> [RawPeer] {
        switch self {
        case .noise: try noise(target, &random)
        case .randomFrames:
            try repeated(to: target.clients) {
                (0..<Int.random(in: 1...Self.framesMax, using: &random)).map { _ in
                    Self.bytes(1...Self.frameBytesMax, &random)
                }
            }
        case .missingFrames:
            try repeated(to: target.clients) {
                let envelope = Envelope(kind: .request, type: .ping, requestID: 1).packed
                return random.isOne(in: 2) ? [envelope] : [Array("broker".utf8), envelope]
            }
        case .largeMessage: try large(target)
        case .hugeMessage: try huge(target)
        case .takenIdentity: try takenIdentity(target)
        case .replies:
            try repeated(to: target.clients) {
                let (kind, type) = random.pick(Self.servicesOnly)
                return Self.content("server/x", kind, type)
            }
        case .strangers:
            try repeated(to: target.services) {
                random.isOne(in: 2)
                    ? Self.content("rack@rack-a", .event, .statuses)
                    : Self.content("route", .reply, .getServer)
            }
        case .takenName: try takenName(target)
        case .wrongStart: try wrongStart(target)
        case .slowReader: try slowReader(target)
        case .comingAndGoing: try comingAndGoing(target, &random)
        }
    }

    private static let servicesOnly: [(Envelope.Kind, MessageType)] = [
        (.reply, .getServer), (.beat, .beat), (.event, .statuses), (.request, .register),
        (.request, .receipts),
    ]

    // MARK: bytes and frames

    private static func bytes(
        _ count: ClosedRange<Int>, _ random: inout ChaosRandom
    ) -> [UInt8] {
        (0..<Int.random(in: count, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
    }

    private static func content(
        _ destination: String, _ kind: Envelope.Kind, _ type: MessageType, payload: [UInt8] = [],
        start: UInt64 = 1, from instance: String = "server-a"
    ) -> [[UInt8]] {
        let source = Envelope.Source(instance: instance, startNumber: start)
        let envelope = Envelope(kind: kind, type: type, requestID: 7, source: source)
        return [Array(destination.utf8), envelope.packed, payload]
    }

    private func repeated(to endpoint: String, each: () -> [[UInt8]]) throws -> [RawPeer] {
        let peer = try RawPeer.greeted(endpoint)
        for _ in 0..<Self.messages { try peer.sendAll(each()) }
        return [peer]
    }

    private func noise(
        _ target: AttackTarget, _ random: inout ChaosRandom
    ) throws -> [RawPeer] {
        try (0..<Self.noises).flatMap { number in
            try target.both.map { endpoint in
                let peer = try RawPeer(endpoint)
                if number % 2 == 0 { peer.send(RawPeer.greeting) }
                // It may hang up at any byte.
                peer.send(Self.bytes(1...Self.noiseBytes, &random))
                return peer
            }
        }
    }

    // MARK: sizes

    private func large(_ target: AttackTarget) throws -> [RawPeer] {
        let peer = try RawPeer.greeted(target.clients)
        let payload = [UInt8](repeating: 0xC0, count: Limits.frameBytesMax + 1)
        try peer.sendAll(Self.content("server/x", .request, .report, payload: payload))
        return [peer]
    }

    /// A terabyte is announced, and some of it comes.
    private func huge(_ target: AttackTarget) throws -> [RawPeer] {
        try target.both.map { endpoint in
            let peer = try RawPeer.greeted(endpoint)
            peer.send(RawPeer.head(count: Self.terabyte, hasMore: false))
            peer.send([UInt8](repeating: 0, count: Self.noiseBytes))
            guard try peer.message() == nil else {
                throw HarnessError("\(endpoint) answered to the beginning of a terabyte")
            }
            return peer
        }
    }

    // MARK: names

    /// The first keeps its answers, whoever else takes its identity.
    private func takenIdentity(_ target: AttackTarget) throws -> [RawPeer] {
        let identity = Array("somebody".utf8)
        let first = try RawPeer.greeted(target.clients, identity: identity)
        try Self.ping(first)
        let second = try RawPeer.greeted(target.clients, identity: identity)
        try second.sendAll(Self.content("broker", .request, .ping))
        try Self.ping(first)
        return [first, second]
    }

    private static func ping(_ peer: RawPeer) throws {
        try peer.sendAll(content("broker", .request, .ping))
        guard try peer.answer() == .ping else { throw HarnessError("no answer to a ping") }
    }

    private func takenName(_ target: AttackTarget) throws -> [RawPeer] {
        let peer = try RawPeer.greeted(target.services)
        let payload = try Self.registration("server-a", .server, in: target)
        try peer.sendAll(Self.content("broker", .request, .register, payload: payload))
        guard try peer.answer() == .refused else {
            throw HarnessError("a second server-a was let in")
        }
        return [peer]
    }

    /// Somebody registers as himself, and then says that he is an older start of himself.
    private func wrongStart(_ target: AttackTarget) throws -> [RawPeer] {
        let peer = try RawPeer.greeted(target.services)
        let name = "impostor"
        let payload = try Self.registration(name, .rack, in: target)
        try peer.sendAll(Self.content("broker", .request, .register, payload: payload))
        guard try peer.answer() == .register else {
            throw HarnessError("the impostor was not let in as himself")
        }
        for number in 0..<Self.messages {
            let beat = Beat(
                number: UInt64(number), tier: .rack, instance: try InstanceName(name),
                startNumber: 0, credit: .max, blindShards: ShardSet(), owned: [],
                isStopping: false, load: InstanceLoad())
            try peer.sendAll(
                Self.content(
                    "broker", .beat, .beat, payload: Payload.pack(beat), start: 0, from: name))
        }
        return [peer]
    }

    private static func registration(
        _ name: String, _ tier: Tier, in target: AttackTarget
    ) throws -> [UInt8] {
        Payload.pack(
            Registration(
                tier: tier, instance: try InstanceName(name), clusterId: target.clusterID,
                startNumber: 0, processNonce: 1, protocolVersion: Envelope.version,
                softwareVersion: "test", owned: [], isRestored: false, credit: 1 << 20))
    }

    // MARK: numbers

    private func slowReader(_ target: AttackTarget) throws -> [RawPeer] {
        let peer = try RawPeer.greeted(
            target.clients, patience: Self.slowPatience, receiveBytes: Self.slowReceiveBytes)
        let question = RawPeer.message(Self.content("broker", .request, .clusterStatus))
        let block = (0..<100).flatMap { _ in question }
        for _ in 0..<(Self.questions / 100) {
            guard peer.send(block) else {
                throw HarnessError("the broker stopped reading from who reads no answers")
            }
        }
        return [peer]
    }

    private func comingAndGoing(
        _ target: AttackTarget, _ random: inout ChaosRandom
    ) throws -> [RawPeer] {
        for _ in 0..<(Self.connections / Self.wave) {
            let endpoint = random.pick(target.both)
            let peers = try (0..<Self.wave).map { _ in try RawPeer(endpoint) }
            for peer in peers {
                peer.send(
                    Array(RawPeer.greeting.prefix(Int.random(in: 0...64, using: &random))))
            }
        }
        return []
    }
}

/// Where an attack goes.
struct AttackTarget: Sendable {
    let clients: String
    let services: String
    let clusterID: String

    var both: [String] { [clients, services] }
}

extension RawPeer {
    /// The type of the next answer; nil when none comes.
    func answer() throws -> MessageType? {
        guard let frames = try message(), let envelope = frames.first else { return nil }
        return try Envelope(envelope.span).type
    }

    /// Sends a message whole, or throws.
    func sendAll(_ frames: [[UInt8]]) throws {
        guard send(RawPeer.message(frames)) else {
            throw HarnessError("the broker hung up on a message that it should refuse")
        }
    }
}
