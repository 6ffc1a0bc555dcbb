import TwinCore

/// One server twin on a virtual clock, with a rack that answers or not: the harness of the server
/// tests. Every input takes a position, every due timer fires at its time, as in a shard.
struct ServerBench {
    /// 2026-01-05 09:00 UTC, a Monday.
    static let start = Timestamp(milliseconds: 1_767_603_600_000)
    static let names = [
        "system.cpu.utilization", "system.cpu.iowait", "system.memory.utilization",
        "system.filesystem.utilization", "system.network.dropped", "system.network.errors",
        "system.network.link_up", "hw.temperature.margin", "hw.power_supply.ok", "system.uptime",
    ]
    static let healthy: [Float] = [0.4, 0.02, 0.6, 0.5, 0.0001, 0, 1, 30, 1, 1_000]

    var twin: ServerTwin
    var sets = MetricSets()
    var elapsed = Elapsed.zero
    /// The wall clock is the start plus elapsed plus this.
    var wallStep = Milliseconds.zero
    var floor = Elapsed.zero
    var isObserving = true
    var epoch = Epoch.first
    var position = Position.none
    /// The rack receipts every status at once.
    var rackAnswers = true
    var folds = FoldSet()
    var alerts: [AlertDraft] = []
    var profile = ReporterProfile(interval: .seconds(10))
    var bootedAt: Timestamp
    private(set) var inputs = 0

    init(
        key: String = "dc1-r07-s12", rack: String = "dc1-r07",
        interval: Milliseconds = .seconds(10), firstIncidentNumber: UInt32 = 0
    ) throws {
        twin = ServerTwin(
            key: try TwinKey(key), ordinal: 7, firstIncidentNumber: firstIncidentNumber)
        bootedAt = ServerBench.start + (.zero - .hours(100))
        profile.interval = interval
        step(.commission(try ServerBench.commission(rack: rack)))
    }

    static func commission(
        rack: String, dc: String = "dc1", interval: Milliseconds? = nil
    ) throws -> Commission {
        Commission(
            rack: try TwinKey(rack), dc: try TwinKey(dc),
            labels: [
                TwinLabel(name: "feed", value: "A"), TwinLabel(name: "row", value: "2"),
                TwinLabel(name: "slot", value: "12"),
            ], interval: interval)
    }

    var wall: Timestamp { ServerBench.start + (elapsed - .zero) + wallStep }

    var pages: [AlertDraft] { alerts.filter(\.pages) }

    var interval: Milliseconds { profile.interval ?? .seconds(10) }

    func incident(_ kind: IncidentKind) -> Incident? {
        twin.book.incidents.first { $0.kind == kind }
    }

    func changes(of kind: IncidentKind) -> [AlertChange] {
        alerts.filter { $0.incident?.incident.kind == kind }.map(\.change)
    }

    // MARK: inputs

    func context() -> StepContext {
        StepContext(
            shard: ShardID(tier: .server, index: 0),
            version: Version(epoch: epoch, position: position.next), elapsed: elapsed, wall: wall,
            floor: floor, isObserving: isObserving, configuration: ClusterConfiguration())
    }

    mutating func step(_ input: ServerTwin.Input) {
        var effects = StepEffects()
        twin.step(input, in: context(), effects: &effects)
        position = position.next
        inputs += 1
        alerts += effects.alerts
        if rackAnswers { answer() }
    }

    /// Receipts whatever is owed, as the racks would.
    mutating func answer() {
        for parent in twin.owedParents {
            let message = twin.message(for: parent)
            let receipt = Receipt(
                parent: parent, version: message.version,
                disposition: message.status == nil ? .notMember : .member, folds: folds)
            if !twin.isSettled(by: receipt) { step(.receipt(receipt)) }
        }
    }

    /// Lets time pass; timers fire when due.
    mutating func wait(_ span: Milliseconds) {
        let end = elapsed + span
        while let due = nextTimer, due <= end {
            elapsed = max(elapsed, due)
            step(.timer)
        }
        elapsed = end
    }

    private var nextTimer: Elapsed? {
        guard let due = twin.nextDue else { return nil }
        // A twin that asks again for now is woken a moment later, as its shard does.
        return due <= elapsed ? elapsed + .seconds(1) : due
    }

    // MARK: reports

    /// The healthy values with some replaced.
    static func values(_ changes: [String: Float]) -> [Float] {
        zip(names, healthy).map { changes[$0] ?? $1 }
    }

    /// One report now, as admitted; the uptime is the real one.
    @discardableResult
    mutating func report(
        _ changes: [String: Float] = [:], at: Timestamp? = nil, flags: ReportFlags = [],
        devices: [WorstDevice] = []
    ) -> ReportAdmission {
        let at = at ?? wall
        var values = ServerBench.values(changes)
        if changes["system.uptime"] == nil {
            values[values.count - 1] = Float((at - bootedAt).rawValue / 1_000)
        }
        return send(values, names: ServerBench.names, at: at, flags: flags, devices: devices)
    }

    @discardableResult
    mutating func send(
        _ values: [Float], names: [String], at: Timestamp, flags: ReportFlags = [],
        devices: [WorstDevice] = []
    ) -> ReportAdmission {
        guard let set = sets.intern(names) else { return .tooOld }
        let admission = twin.admission(of: at, values: values.span, in: set, wall: wall)
        switch admission {
        case .newest, .late:
            let target = twin.windowSet(accepting: set, in: &sets)
            step(
                .report(
                    Report(
                        at: at, flags: flags, metricSet: set, profile: profile, values: values,
                        devices: devices), target: target))
        case .tooOld: step(.heard(.tooOld))
        case .future: step(.heard(.future))
        case .duplicate: break
        }
        return admission
    }

    /// Reports at the interval for `span`; the values may change with the report's number.
    mutating func run(
        for span: Milliseconds, _ changes: [String: Float] = [:],
        by vary: (Int) -> [String: Float] = { _ in [:] }
    ) {
        for index in 0..<Int(span.rawValue / interval.rawValue) {
            wait(interval)
            report(changes.merging(vary(index)) { $1 })
        }
    }
}
