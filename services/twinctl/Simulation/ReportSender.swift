internal import TwinWire
import TwinClient
import TwinCore

/// Sends a run's reports through relays, and outlives every absence of the cluster.
///
/// What is not taken stays for 15 minutes, flagged as buffered, and goes out again with the next
/// round. Tells a trouble once when it begins and once when it is over.
struct ReportSender {
    private var relays: [ReportRelay]
    private let note: (String) -> Void
    private var trouble: String?

    /// What became of the reports so far.
    private(set) var reports = SimulationDocument.Reports()
    /// Reports that nobody has taken yet.
    var waiting: Int { relays.reduce(0) { $0 + $1.waitingCount } }

    /// How long one round waits for an owner before it goes on with the next.
    private static let terms = RetryTerms(timeout: .seconds(2))

    /// One relay a profile; `note` takes sentences for people.
    init(
        names: [String], profiles: [ReporterProfile], note: @escaping (String) -> Void
    ) throws(ClientError) {
        var relays: [ReportRelay] = []
        do throws(Refusal) {
            for profile in profiles {
                relays.append(try ReportRelay(names: names, profile: profile))
            }
        } catch {
            throw .refused(error)
        }
        self.relays = relays
        self.note = note
    }

    mutating func add(_ report: RelayReport, to relay: Int) { relays[relay].add(report) }

    /// Sends everything that waits. Ends with an error only for what sending again cannot cure.
    mutating func send(over connection: inout Connection) throws(ClientError) {
        guard waiting > 0 else { return }
        do throws(ClientError) {
            let tally = try ReportRelay.send(&relays, over: &connection, terms: Self.terms)
            count(tally)
            if tally.kept > 0 { holdBack() }
            tell(tally.failure)
        } catch {
            guard error.isCuredByTime else { throw error }
            holdBack()
            tell(error)
        }
        reports.dropped = relays.reduce(0) { $0 + Int($1.dropped) }
    }

    private mutating func count(_ tally: RelayTally) {
        reports.accepted += tally.accepted
        reports.late += tally.late
        reports.duplicate += tally.duplicate
        reports.tooOld += tally.tooOld
        if reports.refused == 0, let first = tally.refused.first {
            note("server/\(first.key): report refused: \(first.refusal.message)")
        }
        reports.refused += tally.refusedCount
    }

    private mutating func holdBack() {
        let oldest = ClientTime.wall + Milliseconds(rawValue: -Limits.windowSpan.rawValue)
        for index in relays.indices { relays[index].holdBack(since: oldest) }
    }

    private mutating func tell(_ failure: ClientError?) {
        let text = failure?.document.error.message
        if let text {
            if trouble == nil { note("reports wait, for at most 15 min: \(text)") }
        } else if trouble != nil {
            note("reports are taken again")
        }
        trouble = text
    }
}

extension ClientError {
    /// True when the same request may succeed later.
    fileprivate var isCuredByTime: Bool {
        switch self {
        case .refused(let refusal): refusal.code.isWorthRetrying
        case .nobodyAnswers, .outcomeUnknown, .interrupted: true
        case .badEndpoint, .usage, .badAnswer, .system: false
        }
    }
}
