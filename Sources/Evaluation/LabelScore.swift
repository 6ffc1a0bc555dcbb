package import TwinCore

/// How well incidents meet a series' labels; scores of several servers add up with `+`.
package struct LabelScore: Equatable, Sendable {
    /// Labelled events.
    package let events: Int
    /// From an event's first row to its first incident, one for each event that was found.
    package let delays: [Milliseconds]
    package let incidents: Int
    /// Incidents that opened outside every event.
    package let falseIncidents: Int
    /// Server time judged: the sum over servers.
    package let observed: Milliseconds

    package init(
        events: Int, delays: [Milliseconds], incidents: Int, falseIncidents: Int,
        observed: Milliseconds
    ) {
        self.events = events
        self.delays = delays
        self.incidents = incidents
        self.falseIncidents = falseIncidents
        self.observed = observed
    }

    package var eventsFound: Int { delays.count }

    /// The share of events found, 0…1; nil without events.
    package var eventRecall: Double? {
        events == 0 ? nil : Double(eventsFound) / Double(events)
    }

    package var delayMedian: Milliseconds? { delays.median }

    package var delayMax: Milliseconds? { delays.max() }

    /// False incidents that one server causes in a week; nil when nothing was observed.
    package var falseIncidentsPerServerWeek: Double? {
        guard observed > .zero else { return nil }
        return Double(falseIncidents) * LabelScore.week.seconds / observed.seconds
    }

    package static func + (left: LabelScore, right: LabelScore) -> LabelScore {
        LabelScore(
            events: left.events + right.events, delays: left.delays + right.delays,
            incidents: left.incidents + right.incidents,
            falseIncidents: left.falseIncidents + right.falseIncidents,
            observed: left.observed + right.observed)
    }

    private static let week = Milliseconds.hours(24 * 7)
}
