import TwinCore

/// One rack under test: servers whose statuses the test changes, a clock it turns, and the alert
/// records that came out.
struct RackBench {
    static let interval = Milliseconds.seconds(10)
    static let shardCount = 256
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    var rack: RackTwin
    var servers: [TwinKey: ServerStatus] = [:]
    var alerts: [AlertDraft] = []
    var elapsed: Int64 = 0
    /// How far the wall clock is off from `start + elapsed`.
    var wallOffset: Int64 = 0
    var unheard = ShardSet()
    /// Server shards whose lists have not come.
    var awaited = ShardSet()
    private var position: UInt64 = 0
    private var versions: UInt64 = 0

    init(key: TwinKey = .fixture("dc1-r07"), servers count: Int = 40) {
        rack = RackTwin(
            key: key, ordinal: 1, firstIncidentNumber: 1,
            in: RackBench.context(
                position: 0, elapsed: 0, wall: RackBench.start, unheard: ShardSet()))
        for index in 0..<count { tell(index) { _ in } }
        pass(seconds: 20)
        alerts.removeAll()
    }

    static func context(
        position: UInt64, elapsed: Int64, wall: Timestamp, unheard: ShardSet,
        awaited: ShardSet = ShardSet(), tier: Tier = .rack,
        configuration: ClusterConfiguration = ClusterConfiguration()
    ) -> StepContext {
        StepContext(
            shard: ShardID(tier: tier, index: 7),
            version: Version(epoch: .first, position: Position(rawValue: position)),
            elapsed: Elapsed(milliseconds: elapsed), wall: wall, floor: .zero, isObserving: true,
            configuration: configuration, unheardChildShards: unheard,
            awaitedChildShards: awaited, childShardCount: shardCount)
    }

    var wall: Timestamp {
        RackBench.start + Milliseconds(rawValue: elapsed + wallOffset)
    }

    func key(_ index: Int) -> TwinKey {
        .fixture("\(rack.key)-s\(index < 10 ? "0" : "")\(index)")
    }

    // MARK: what happens

    mutating func step(_ input: RackTwin.Input) {
        position += 1
        var effects = StepEffects()
        rack.step(
            input,
            in: RackBench.context(
                position: position, elapsed: elapsed, wall: wall, unheard: unheard,
                awaited: awaited),
            effects: &effects)
        alerts += effects.alerts
    }

    /// Changes a server's status and delivers it under a new version.
    mutating func tell(_ index: Int, _ change: (inout ServerStatus) -> Void) {
        let key = key(index)
        var status = servers[key] ?? .fixture(since: wall)
        status.foldsVersion = rack.member(key)?.folds.version ?? status.foldsVersion
        change(&status)
        servers[key] = status
        versions += 1
        step(.status(message(key, status)))
    }

    func message(_ key: TwinKey, _ status: ServerStatus?) -> ChildMessage<ServerStatus> {
        ChildMessage(
            child: key,
            version: Version(epoch: .first, position: Position(rawValue: versions)),
            status: status)
    }

    mutating func remove(_ index: Int) {
        versions += 1
        servers[key(index)] = nil
        step(.status(message(key(index), nil)))
    }

    /// Lets time pass and fires every timer that comes due.
    mutating func pass(seconds: Double) {
        let end = elapsed + Int64(seconds * 1000)
        while let due = rack.nextDue, due.milliseconds <= end {
            elapsed = max(elapsed, due.milliseconds)
            step(.timer)
            if let next = rack.nextDue, next <= due { elapsed += 1 }
        }
        elapsed = max(elapsed, end)
    }

    mutating func silence(_ range: some Sequence<Int>, spreadSeconds: Double = 9.8) {
        let indices = Array(range)
        let pause = spreadSeconds / Double(max(indices.count - 1, 1))
        for (place, index) in indices.enumerated() {
            if place > 0 { pass(seconds: pause) }
            let now = wall
            tell(index) { $0.fallSilent(at: now) }
        }
    }

    mutating func recover(
        _ range: some Sequence<Int>, boot: Continuity.Boot = .same, buffered: Bool = true,
        spreadSeconds: Double = 9.5
    ) {
        let indices = Array(range)
        let pause = spreadSeconds / Double(max(indices.count - 1, 1))
        for (place, index) in indices.enumerated() {
            if place > 0 { pass(seconds: pause) }
            let now = wall
            tell(index) { $0.comeBack(at: now, boot: boot, buffered: buffered) }
        }
    }

    mutating func fail(
        _ range: some Sequence<Int>, _ kind: IncidentKind, severity: Severity = .error
    ) {
        for index in range {
            let now = wall
            tell(index) { $0.open(kind, severity: severity, at: now) }
        }
    }

    mutating func measure(_ range: some Sequence<Int>, _ measures: [Digest.Measure: Double]) {
        for index in range {
            tell(index) { status in
                for measure in Digest.Measure.allCases {
                    if let value = measures[measure] { status.digest.set(measure, to: value) }
                }
            }
        }
    }

    // MARK: what came of it

    var pages: [AlertDraft] { alerts.filter(\.pages) }

    /// `opened` records that page: what "one page" counts.
    var openedPages: [AlertDraft] { pages.filter { $0.change == .opened } }

    /// The incident as the last record of this change showed it.
    func last(_ change: AlertChange) -> Incident? {
        alerts.last { $0.change == change }?.incident?.incident
    }

    var openKinds: [IncidentKind] { rack.book.incidents.map(\.kind) }
}

extension ServerStatus {
    static func fixture(since: Timestamp) -> ServerStatus {
        var digest = Digest()
        digest.set(.dropped, to: 0.0001)
        digest.set(.errors, to: 0.0001)
        digest.set(.retransmits, to: 0.004)
        digest.set(.temperatureMargin, to: 31)
        digest.set(.fanSpeed, to: 6_000)
        digest.set(.power, to: 320)
        digest.set(.voltage, to: 12.1)
        digest.set(.throttles, to: 0)
        digest.set(.frequencyRatio, to: 0.9)
        return ServerStatus(
            generation: 1, dc: .fixture("dc1"),
            topology: Topology(
                feed: "A", zone: "cz1", row: "2", networkSwitch: "tor-r07", model: "r650"),
            agentVersion: "1.0.0", relay: nil, interval: RackBench.interval, condition: .healthy,
            conditionSince: since, isInMaintenance: false, continuity: Continuity(),
            incidents: [], digest: digest, foldsVersion: .none)
    }

    mutating func fallSilent(at now: Timestamp) {
        condition = .missing
        conditionSince = now
        incidents.append(
            IncidentBrief(
                number: (incidents.map(\.number).max() ?? 0) + 1, kind: .missingReport,
                severity: .warning, phase: .pending, since: now))
    }

    mutating func comeBack(at now: Timestamp, boot: Continuity.Boot, buffered: Bool) {
        condition = .healthy
        conditionSince = now
        incidents.removeAll { $0.kind == .missingReport }
        continuity = Continuity(boot: boot, isBuffered: buffered, returnedAt: now)
    }

    mutating func open(_ kind: IncidentKind, severity: Severity, at now: Timestamp) {
        incidents.append(
            IncidentBrief(
                number: (incidents.map(\.number).max() ?? 0) + 1, kind: kind,
                severity: severity, phase: .open, since: now))
    }

    mutating func close(_ kind: IncidentKind) {
        incidents.removeAll { $0.kind == kind }
    }
}

extension TwinKey {
    /// A key that a test wrote; text that is no key stops the test.
    static func fixture(_ text: String) -> TwinKey {
        do {
            return try TwinKey(text)
        } catch {
            preconditionFailure("fixture key \(text): \(error)")
        }
    }
}
