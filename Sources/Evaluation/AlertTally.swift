package import TwinCore

/// Puts the records of an alert log together into what is scored: one `ObservedAlert` each time
/// that an incident opens or reopens.
///
/// Takes records in any order of twins, in their own order within one. What was folded and never
/// paged is left out: nobody ever heard of it.
package struct AlertTally: Sendable {
    private struct Entry: Sendable {
        var alert: ObservedAlert
        var wasFolded = false
    }

    private var entries: [Entry] = []
    private var indexByID: [IncidentID: Int] = [:]

    /// Records that paged somebody; the word that it is over wakes nobody.
    package private(set) var pages = 0
    /// Records in all.
    package private(set) var records = 0

    package init() {}

    /// Notes one record of an incident.
    package mutating func note(
        _ id: IncidentID, _ change: AlertChange, kind: IncidentKind, cause: IncidentCause?,
        at: Timestamp, pages: Bool, isFolded: Bool
    ) {
        records += 1
        if change == .reopened { indexByID[id] = nil }
        let index = index(of: id, kind: kind, at: at)
        if let cause { entries[index].alert.cause = cause }
        if isFolded { entries[index].wasFolded = true }
        if change == .resolved {
            entries[index].alert.resolvedAt = at
        } else if pages {
            self.pages += 1
            entries[index].alert.pages = true
        }
    }

    /// Notes one record; changes of verdict are no incidents and only counted.
    package mutating func note(_ draft: AlertDraft) {
        guard let snapshot = draft.incident else {
            records += 1
            return
        }
        let incident = snapshot.incident
        note(
            snapshot.id, draft.change, kind: incident.kind, cause: incident.cause, at: draft.at,
            pages: draft.pages, isFolded: incident.fold != nil)
    }

    /// What operators heard of, in the order of opening.
    package var observed: [ObservedAlert] {
        entries.filter { !$0.wasFolded || $0.alert.pages }.map(\.alert)
    }

    private mutating func index(of id: IncidentID, kind: IncidentKind, at: Timestamp) -> Int {
        if let index = indexByID[id] { return index }
        indexByID[id] = entries.count
        entries.append(
            Entry(
                alert: ObservedAlert(address: id.address, kind: kind, openedAt: at, pages: false)))
        return entries.count - 1
    }
}
