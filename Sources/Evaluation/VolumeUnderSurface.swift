/// Compares scores with labels without any threshold: VUS-PR (Paparrizos et al., VLDB 2022).
///
/// The area under the range-aware precision-recall curve, averaged over widths of the tolerance
/// around events. 1 is perfect, the share of labelled rows is what a random score gets. For
/// comparing methods on one series; operators care for `LabelScorer`.
package enum VolumeUnderSurface {
    /// The mean area over tolerance widths 0 … `widthMax` rows in ten steps. `scores` has one value
    /// a label, higher = worse. nil without any labelled row. Costs O(n log n).
    package static func precisionRecall(
        labels: [Bool], scores: [Double], widthMax: Int = VolumeUnderSurface.widthDefault
    ) -> Double? {
        let events = LabelScorer.events(in: labels)
        guard !events.isEmpty, labels.count == scores.count else { return nil }
        let descending = scores.indices.sorted { scores[$0] > scores[$1] }
        let widths = Array(stride(from: 0, through: widthMax, by: max(1, widthMax / steps)))
        let areas = widths.map { width in
            area(
                weights: weights(of: labels, events: events, width: width), events: events,
                labelled: labels.count { $0 }, width: width, scores: scores, descending: descending)
        }
        return areas.reduce(0, +) / Double(areas.count)
    }

    package static let widthDefault = 100
    private static let steps = 10

    /// 1 inside events, falling to 0 over half a width on both sides as √(1 − distance ÷ width).
    private static func weights(
        of labels: [Bool], events: [Range<Int>], width: Int
    ) -> [Double] {
        var weights = labels.map { $0 ? 1.0 : 0 }
        let reach = width / 2
        guard reach > 0 else { return weights }
        for event in events {
            for distance in 1...reach {
                let weight = (1 - Double(distance) / Double(width)).squareRoot()
                for row in [event.lowerBound - distance, event.upperBound - 1 + distance]
                where weights.indices.contains(row) {
                    weights[row] = max(weights[row], weight)
                }
            }
        }
        return weights
    }

    private static func area(
        weights: [Double], events: [Range<Int>], labelled: Int, width: Int, scores: [Double],
        descending: [Int]
    ) -> Double {
        let positives = (Double(labelled) + weights.reduce(0, +)) / 2
        var eventScores = peaks(of: events, reach: width / 2, scores: scores)[...]
        var truePositives = 0.0
        var area = 0.0
        var recallBefore = 0.0
        for (position, row) in descending.enumerated() {
            truePositives += weights[row]
            let next = position + 1
            // Rows of one score share a threshold.
            if next < descending.count, scores[descending[next]] == scores[row] { continue }
            while let peak = eventScores.first, peak >= scores[row] { eventScores.removeFirst() }
            let existence = Double(events.count - eventScores.count) / Double(events.count)
            let recall = min(truePositives / positives, 1) * existence
            area += (recall - recallBefore) * truePositives / Double(next)
            recallBefore = recall
        }
        return min(area, 1)
    }

    /// The highest score in and around each event, descending.
    private static func peaks(
        of events: [Range<Int>], reach: Int, scores: [Double]
    ) -> [Double] {
        events.map { event in
            let near =
                max(0, event.lowerBound - reach)..<min(scores.count, event.upperBound + reach)
            return scores[near].reduce(-.infinity) { max($0, $1) }
        }.sorted(by: >)
    }
}
