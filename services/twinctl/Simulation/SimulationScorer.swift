import Evaluation
import SimulatedFleet
import TwinClient
import TwinCore
import TwinWire

/// Holds what a run's alerts said against what was broken.
struct SimulationScorer {
    private var tally = AlertTally()

    /// Records that paged somebody so far.
    var pages: Int { tally.pages }

    mutating func note(_ draft: AlertDraft) { tally.note(draft) }

    /// Notes a record as a cluster tells it; words that this version does not know are passed over.
    mutating func note(_ alert: AlertDocument) {
        guard let incident = alert.incident, let kind = IncidentKind(rawValue: incident.kind),
            let change = AlertChange(rawValue: alert.change), let id = Self.id(incident)
        else { return }
        tally.note(
            id, change, kind: kind, cause: incident.cause.flatMap(IncidentCause.init(rawValue:)),
            at: alert.at.timestamp, pages: alert.pages,
            isFolded: incident.mutedBy.contains { $0.by == MuteEntry.Reason.fold.rawValue })
    }

    private static func id(_ incident: IncidentDocument) -> IncidentID? {
        do throws(AddressError) {
            return try IncidentID(incident.id)
        } catch {
            return nil
        }
    }

    /// Matches one to one by place and time. `end` is when the run ended.
    func score(of fleet: Fleet, until end: Milliseconds) -> TruthScore {
        let truth = GroundTruth(of: fleet, until: end)
        return TruthMatcher().score(
            alerts: tally.observed, truths: truth.incidents.map(TruthEntry.init))
    }
}

extension TruthEntry {
    /// What the fleet says that should be found, as the matcher wants it.
    init(_ expected: ExpectedIncident) {
        let paging: Paging =
            switch expected.paging {
            case .pages: .pages
            case .quiet: .quiet
            case .either: .either
            }
        self.init(
            fault: expected.fault, address: expected.address, kinds: expected.kinds,
            causes: expected.causes, start: expected.start, end: expected.end, paging: paging,
            isRequired: expected.isRequired)
    }
}
