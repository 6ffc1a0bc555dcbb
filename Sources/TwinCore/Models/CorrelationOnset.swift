/// When one child's condition began, by two notions of time.
///
/// `wall` is the stamp of the child's owner, `arrival` our own shard's time when we heard of it. A
/// clock step breaks the first, late delivery the second; so onsets belong together when *either*
/// spread is small enough. The price is a group too many after our own long absence, when old
/// troubles arrive at once; it still needs the share of a signature row to become an incident.
package struct CorrelationOnset: Equatable, Sendable, Codable {
    package var arrival: Elapsed
    package var wall: Timestamp

    package init(arrival: Elapsed, wall: Timestamp) {
        self.arrival = arrival
        self.wall = wall
    }

    /// True when this onset is not earlier than `start` less `span`, by either notion.
    package func isWithin(_ span: Milliseconds, of start: CorrelationOnset) -> Bool {
        start.arrival - arrival <= span || start.wall - wall <= span
    }
}

/// Which of many onsets belong together.
package enum CorrelationWindow {
    /// The largest group of `onsets` within `span` by arrival or by the wall clock, as ascending
    /// indices; of equal groups the latest, by arrival first. O(n log n).
    package static func largestGroup(
        of onsets: [CorrelationOnset], within span: Milliseconds
    ) -> [Int] {
        let byArrival = largestGroup(of: onsets.map(\.arrival.milliseconds), within: span.rawValue)
        let byWall = largestGroup(of: onsets.map(\.wall.milliseconds), within: span.rawValue)
        return byWall.count > byArrival.count ? byWall : byArrival
    }

    /// How far the onsets lie apart: the smaller of the two spreads.
    package static func spread(of onsets: [CorrelationOnset]) -> Milliseconds {
        let spreads = [onsets.map(\.arrival.milliseconds), onsets.map(\.wall.milliseconds)].map {
            ($0.max() ?? 0) - ($0.min() ?? 0)
        }
        return Milliseconds(rawValue: spreads.min() ?? 0)
    }

    /// The earliest of each notion; nil for none.
    package static func earliest(of onsets: [CorrelationOnset]) -> CorrelationOnset? {
        guard let arrival = onsets.map(\.arrival).min(), let wall = onsets.map(\.wall).min() else {
            return nil
        }
        return CorrelationOnset(arrival: arrival, wall: wall)
    }

    private static func largestGroup(of times: [Int64], within span: Int64) -> [Int] {
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var best = order[0..<0]
        var first = 0
        for last in order.indices {
            while times[order[last]] - times[order[first]] > span { first += 1 }
            if last - first + 1 >= best.count { best = order[first...last] }
        }
        return best.sorted()
    }
}
