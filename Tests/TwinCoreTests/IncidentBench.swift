import TwinCore

/// One book with a clock that the test drives: a second at a time, as its twin's timers would.
struct IncidentBench {
    var book: IncidentBook
    var elapsed = Elapsed(milliseconds: 1_000)
    /// The wall clock's distance from `elapsed`.
    var wallOffset: Int64 = 1_800_000_000_000
    var configuration = ClusterConfiguration()
    var effects = StepEffects()

    static let address = "server/dc1-r01-s01"

    init(tier address: String = IncidentBench.address, highestNumber: UInt32 = 0) throws {
        book = IncidentBook(address: try TwinAddress(address), highestNumber: highestNumber)
    }

    var wall: Timestamp { Timestamp(milliseconds: elapsed.milliseconds + wallOffset) }

    var context: StepContext {
        StepContext(
            shard: ShardID(tier: .server, index: 0),
            version: Version(
                epoch: .first, position: Position(rawValue: UInt64(elapsed.milliseconds))),
            elapsed: elapsed, wall: wall, floor: .zero, isObserving: true,
            configuration: configuration)
    }

    /// The changes recorded so far, oldest first.
    var changes: [AlertChange] { effects.alerts.map(\.change) }
    /// The changes that went to the pager.
    var pages: [AlertChange] { effects.alerts.filter(\.pages).map(\.change) }
    /// The only incident.
    var only: Incident? { book.incidents.count == 1 ? book.incidents.first : nil }

    func finding(
        _ kind: IncidentKind, subject: String? = nil, _ severity: Severity = .error,
        hold: Int64 = 0, clear: Int64 = 0, cause: IncidentCause? = nil
    ) -> Finding {
        Finding(
            kind: kind, subject: subject, severity: severity, summary: "\(kind.rawValue)",
            cause: cause, since: wall, hold: .seconds(hold), clearDelay: .seconds(clear))
    }

    mutating func raise(
        _ kind: IncidentKind = .packetDrops, subject: String? = nil,
        _ severity: Severity = .error, hold: Int64 = 0, clear: Int64 = 0,
        cause: IncidentCause? = nil
    ) {
        book.raise(
            finding(
                kind, subject: subject, severity, hold: hold, clear: clear, cause: cause),
            in: context, effects: &effects)
    }

    mutating func clear(_ kind: IncidentKind = .packetDrops, immediately: Bool = false) {
        book.clear(kind, immediately: immediately, in: context, effects: &effects)
    }

    /// A parent's fold set that takes these incidents over.
    mutating func fold(
        _ numbers: [UInt32], hold: Int64 = 25, parent: UInt32 = 7,
        maintenance: InheritedMaintenance? = nil
    ) throws {
        let parent = IncidentID(address: try TwinAddress("rack/dc1-r01"), number: parent)
        let folds = FoldSet(
            version: context.version,
            entries: numbers.map { FoldEntry(child: $0, parent: parent) },
            maintenance: maintenance)
        book.apply(folds, hold: .seconds(hold), in: context, effects: &effects)
    }

    mutating func receipt(hold: Int64) {
        book.statusReceipted(hold: .seconds(hold), in: context)
    }

    mutating func command(_ command: TwinCommand) -> Admission {
        let admission = book.admission(of: command, in: context)
        if admission == .apply {
            book.carryOut(command, in: context, effects: &effects)
        }
        return admission
    }

    func window(_ id: String = "w1", from: Int64 = 0, until: Int64) -> MaintenanceWindow {
        MaintenanceWindow(
            id: id, owner: "ann", reason: "new fans", from: wall + .seconds(from),
            until: wall + .seconds(until))
    }

    func acknowledgement(seconds: Int64) -> Acknowledgement {
        Acknowledgement(owner: "ann", comment: "on it", until: wall + .seconds(seconds))
    }

    /// Lets time pass; the book is woken when it asked to be.
    mutating func pass(seconds: Int64) {
        for _ in 0..<seconds {
            elapsed = elapsed + .seconds(1)
            let isDue = book.nextDue.map { $0 <= elapsed } ?? false
            let isWallDue = book.nextWallDue.map { $0 <= wall } ?? false
            if isDue || isWallDue { book.advance(in: context, effects: &effects) }
        }
    }
}
