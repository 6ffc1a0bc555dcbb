internal import TwinCore

/// Collects a replay's alert records row by row into incidents.
struct ReplayTally {
    private var incidents: [ReplayedIncident] = []
    private var indexByNumber: [UInt32: Int] = [:]
    private var alerts: [AlertDraft] = []
    private var burning: [Double] = []
    private var judgedRows = 0

    /// Notes the records that `row` and the timers before it brought.
    mutating func add(_ drafts: [AlertDraft], row: Int) {
        alerts += drafts
        for draft in drafts {
            guard let incident = draft.incident?.incident else { continue }
            let index = index(of: incident)
            incidents[index].severity = max(incidents[index].severity, incident.severity)
            incidents[index].summary = incident.summary
            if draft.pages { incidents[index].pages += 1 }
            switch draft.change {
            case .opened, .reopened:
                incidents[index].openedAtRows.append(row)
                incidents[index].resolvedAtRow = nil
            case .resolved:
                incidents[index].resolvedAtRow = row
            case .updated, .escalated, .folded, .unfolded, .acknowledged,
                .unacknowledged, .muted, .unmuted, .verdict:
                break
            }
        }
    }

    mutating func endRow(isJudged: Bool, burning count: Int) {
        burning.append(Double(count))
        if isJudged { judgedRows += 1 }
    }

    var series: ReplayedSeries {
        ReplayedSeries(
            rowCount: burning.count, judgedRows: judgedRows,
            skippedRows: burning.count - judgedRows, incidents: incidents, burning: burning,
            alerts: alerts)
    }

    /// Where the incident is kept; a new one, or one that opened in an earlier series, is added.
    private mutating func index(of incident: Incident) -> Int {
        if let index = indexByNumber[incident.number] { return index }
        indexByNumber[incident.number] = incidents.count
        incidents.append(ReplayedIncident(incident))
        return incidents.count - 1
    }
}
