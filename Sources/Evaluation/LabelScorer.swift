package import TwinCore

/// Scores incidents on a recorded series against its labels, event by event.
///
/// Point-adjusted F1 is not offered: a random score reaches 0.83 with it. An event (a run of
/// labelled rows) is found when an incident **opens** within it or within the tolerance around it;
/// an incident that opens elsewhere is a false one, even if it is still open at the next event, so
/// that being always alarmed earns nothing.
package struct LabelScorer: Sendable {
    /// The time from one row to the next; positive.
    package var interval: Milliseconds
    /// How far outside an event an incident may open and still mean it: labels are drawn by hand,
    /// and limits over ten-minute means speak late.
    package var tolerance: Milliseconds

    package static let toleranceDefault = Milliseconds.minutes(15)

    package init(interval: Milliseconds, tolerance: Milliseconds = LabelScorer.toleranceDefault) {
        invariant(interval > .zero, "interval of \(interval.rawValue) ms")
        self.interval = interval
        self.tolerance = tolerance
    }

    /// Scores the incidents that opened at these rows (in any order) of one server's series.
    package func score(labels: [Bool], openedAtRows: [Int]) -> LabelScore {
        let events = LabelScorer.events(in: labels)
        let margin = Int(tolerance.rawValue / interval.rawValue)
        var delays: [Milliseconds?] = Array(repeating: nil, count: events.count)
        var falseIncidents = 0
        for row in openedAtRows.sorted() {
            let touched = events.indices.filter {
                row >= events[$0].lowerBound - margin && row < events[$0].upperBound + margin
            }
            guard let event = touched.first(where: { delays[$0] == nil }) ?? touched.first else {
                falseIncidents += 1
                continue
            }
            guard delays[event] == nil else { continue }
            delays[event] = Int64(max(0, row - events[event].lowerBound)) * interval
        }
        return LabelScore(
            events: events.count, delays: delays.compactMap { $0 },
            incidents: openedAtRows.count, falseIncidents: falseIncidents,
            observed: Int64(labels.count) * interval)
    }

    /// The runs of labelled rows, in order.
    package static func events(in labels: [Bool]) -> [Range<Int>] {
        var events: [Range<Int>] = []
        var start: Int?
        for (row, isLabelled) in labels.enumerated() {
            if isLabelled {
                start = start ?? row
            } else if let first = start {
                events.append(first..<row)
                start = nil
            }
        }
        if let first = start { events.append(first..<labels.count) }
        return events
    }
}
